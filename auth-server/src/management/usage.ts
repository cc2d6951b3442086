// What the operations on usage do: figures of the applications that somebody reaches, and refused calls with why.
import { explainRefusal } from '../pages/explain-refusal.ts'
import { EN } from '../pages/locales/en.ts'
import { listRefusals, type RefusalCursor } from '../store/queries/listed-refusals.ts'
import { listUsage, type UsageFilter } from '../store/queries/listed-usage.ts'
import { DAYS_KEPT } from '../store/tables/usage-days.ts'
import { HOURS_KEPT_DAYS } from '../store/tables/usage-hours.ts'
import { requireApplication } from './applications.ts'
import type { HandlersOf } from './handler.ts'
import { readMoment } from './moment.ts'
import { readPage, toPage } from './page.ts'
import { reachOf } from './reach.ts'
import { invalid } from './refusals.ts'

const LENGTH_MILLIS = { hour: 3_600_000, day: 86_400_000 } as const
/** Without a beginning: a day of hours, or 30 days. */
const USUAL = { hour: 23, day: 29 } as const
/** As many hours as there are in 31 days, as many days as are kept. */
const MOST = { hour: 24 * (HOURS_KEPT_DAYS + 1), day: DAYS_KEPT + 1 } as const
/** People are told in steps of this many. */
const STEP = 5

/** Pure: a number that tells of nobody, and neither does the difference of two. */
export function inFives(people: number | null): number | null {
  if (people === null || people < STEP) return null
  return Math.floor(people / STEP) * STEP
}

interface AskedTime {
  readonly by?: 'hour' | 'day'
  readonly since?: string
  readonly until?: string
}

/** @throws {HttpProblem} 400 for a time that ends before it begins, or is longer than figures are kept */
function readTime({ by = 'day', since, until }: AskedTime, now: number): Pick<UsageFilter, 'by' | 'from' | 'until'> {
  const length = LENGTH_MILLIS[by]
  const start = (moment: number): number => Math.floor(moment / length) * length
  const last = start(readMoment('until', until)?.getTime() ?? now)
  const first = start(readMoment('since', since)?.getTime() ?? last - USUAL[by] * length)
  if (first > last) throw invalid('days_reversed')
  if ((last - first) / length >= MOST[by]) throw invalid('days_apart', by === 'hour' ? '31 days' : '13 months')
  return { by, from: new Date(first), until: new Date(last) }
}

export const USAGE_HANDLERS: HandlersOf<'usage'> = {
  'usage.list': {
    async read({ db, actor, input: { query } }) {
      const { client_id: clientId, api_id: apiId, plan } = query
      const time = readTime(query, Date.now())
      if (clientId !== undefined) await requireApplication(db, actor, clientId)
      const { periods, parts, people } = await listUsage(db, { clientId, apiId, plan, ...time }, reachOf(actor))
      const sum = (what: 'accepted' | 'refused') => periods.reduce((total, period) => total + period[what], 0)
      return {
        by: time.by,
        accepted: sum('accepted'),
        refused: sum('refused'),
        people: inFives(people),
        periods: [...periods],
        parts: [...parts],
      }
    },
  },
}

/** @throws {HttpProblem} 400 where it is no cursor of this list */
function readAfter(after: string | undefined): RefusalCursor | undefined {
  if (after === undefined) return undefined
  const [, at, requestId] = /^(\d{1,12}) ([0-9A-Za-z_-]{1,64})$/.exec(after) ?? []
  if (at === undefined || requestId === undefined) throw invalid('cursor')
  return { at: Number(at), requestId }
}

export const REFUSAL_HANDLERS: HandlersOf<'refusals'> = {
  'refusals.list': {
    async read({ db, actor, input: { params, query } }) {
      const page = readPage(query)
      const { id } = await requireApplication(db, actor, params.client_id)
      const { after, limit } = page.oneMore
      const found = await listRefusals(db, id, { requestId: query.request_id, after: readAfter(after), limit })
      const keyOf = (row: (typeof found)[number]) => `${Math.floor(row.at.getTime() / 1000)} ${row.requestId}`
      return toPage(page, found, keyOf, ({ requestId, at, apiId, plan, code, facts }) => {
        const { why, todo } = explainRefusal(EN, code, facts)
        const explanation = `${why} ${todo}`
        return {
          request_id: requestId,
          at: at.toISOString(),
          api_id: apiId,
          plan,
          code,
          facts: { ...facts },
          explanation,
        }
      })
    },
  },
}
