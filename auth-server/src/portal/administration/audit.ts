// The audit log: searched on a page, and as a file for spreadsheets. People stand there under their pseudonyms.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import type { FastifyRequest } from 'fastify'
import { HttpProblem } from '../../http/problem.ts'
import { actionLink, button } from '../../pages/components/button.ts'
import { field, hiddenFields } from '../../pages/components/field.ts'
import { searchForm } from '../../pages/components/form.ts'
import { note } from '../../pages/components/notice.ts'
import { refusedNotice } from '../../pages/components/refused.ts'
import { emptyState, rows } from '../../pages/components/rows.ts'
import { timeAgo } from '../../pages/components/time.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { sendPage } from '../../pages/send-page.ts'
import { hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson, PortalRoutes } from '../route.ts'
import { askedOf } from './asked.ts'
import { csvOf } from './csv.ts'
import { administrationPage, nextPart } from './page.ts'

type Event = OperationAnswer<'audit.list'>['items'][number]
const FILTERS = ['type', 'client_id', 'api_id', 'person_id', 'since', 'until'] as const
type Filter = Readonly<Partial<Record<(typeof FILTERS)[number], string>>>
const DAY_MILLIS = 86_400_000
/** Of an export: as many parts of a hundred events. */
const EXPORTED_PARTS = 10

interface Found {
  readonly items: readonly Event[]
  readonly next: string | null
}

/** Days as moments: the last one whole. */
function queryOf({ since, until, ...rest }: Filter) {
  return {
    ...rest,
    ...(since !== undefined && { since: startOf(since) }),
    ...(until !== undefined && { until: new Date(Date.parse(startOf(until)) + DAY_MILLIS).toISOString() }),
  }
}

/** @throws {HttpProblem} 400 for what is no day */
function startOf(day: string): string {
  const moment = new Date(`${day}T00:00:00.000Z`)
  if (!/^\d{4}-\d\d-\d\d$/.test(day) || Number.isNaN(moment.getTime()))
    throw new HttpProblem('invalid_request', `${day.slice(0, 20)} is no day like 2026-01-31`, { status: 400 })
  return moment.toISOString()
}

function search(me: PortalPerson, filter: Filter, limit: number, cursor: string | undefined): Promise<Found> {
  const query = { ...queryOf(filter), limit, ...(cursor !== undefined && { cursor }) }
  return me.ask('audit.list', { query }).then(({ body }) => body)
}

function auditPage(me: PortalPerson, filter: Filter, found: Found, refused?: HttpProblem): Page {
  const path = hrefOf(PATHS.audit, {})
  return administrationPage(me, (texts) => {
    const { audit, people, sections, find, none } = texts.administration
    const one = (name: Exclude<keyof Filter, 'person_id'>, label: string) =>
      field({ name, label, kind: 'text', maxLength: 128, isOptional: true, value: filter[name] ?? '' })
    const fields = [
      one('type', audit.type),
      one('client_id', audit.client),
      one('api_id', audit.api),
      one('since', audit.since),
      one('until', audit.until),
      ...hiddenFields({ person_id: filter.person_id }),
    ]
    const entries = found.items.map((event) => ({
      title: `${event.type}: ${event.outcome}`,
      detail: html`${timeAgo(new Date(event.at), me.now, texts)}${wordsOf(event, texts).map((word) => html`<br>${word}`)}`,
    }))
    const content = html`${filter.person_id !== undefined && note(audit.about(filter.person_id))}
${searchForm(path, ...fields, button(find, 'quiet'))}
<p>${actionLink(audit.export, `${hrefOf(PATHS.auditExport, {})}?${new URLSearchParams(filter)}`)}</p>
${entries.length > 0 ? rows(entries) : emptyState(none)}
${nextPart(path, filter, found.next, texts)}`
    const back =
      filter.person_id === undefined
        ? {}
        : { back: { label: people.back, href: hrefOf(PATHS.person, { person: filter.person_id }) } }
    return { heading: sections.audit.title, content, ...back, problem: refused && refusedNotice(refused, texts) }
  })
}

function wordsOf({ person, client_id, api_id, by, change }: Event, { administration }: Texts): readonly string[] {
  const { audit } = administration
  const says: readonly (readonly [string, string | null])[] = [
    [audit.who, person],
    [audit.app, client_id],
    ['API', api_id],
    [audit.by, by && [audit.byWhom[by.kind], by.id].filter((word) => word !== null).join(' ')],
    [audit.change, change && `${change.before.join('; ')} → ${change.after.join('; ')}`],
  ]
  return says.flatMap(([label, text]) => (text === null ? [] : [`${label}: ${text}`]))
}

const COLUMNS = ['id', 'at', 'type', 'outcome', 'person', 'client_id', 'api_id', 'by', 'by_id', 'before', 'after']

function csvRow({ id, at, type, outcome, person, client_id, api_id, by, change }: Event): readonly string[] {
  const changed = [change?.before.join('\n') ?? '', change?.after.join('\n') ?? '']
  return [id, at, type, outcome, person ?? '', client_id ?? '', api_id ?? '', by?.kind ?? '', by?.id ?? '', ...changed]
}

async function exportEvents(me: PortalPerson, filter: Filter): Promise<readonly Event[]> {
  const events: Event[] = []
  let cursor: string | undefined
  for (let part = 0; part < EXPORTED_PARTS; part++) {
    const { items, next } = await search(me, filter, 100, cursor)
    events.push(...items)
    if (next === null) break
    cursor = next
  }
  return events
}

function filterOf(request: FastifyRequest): Filter {
  return askedOf(request, FILTERS)
}

export const AUDIT_ROUTES: PortalRoutes = {
  [PATHS.audit]: {
    needs: 'administrator',
    async GET(request, reply, me) {
      const filter = filterOf(request)
      const { cursor } = askedOf(request, ['cursor'])
      try {
        return sendPage(reply, auditPage(me, filter, await search(me, filter, 50, cursor)))
      } catch (error) {
        if (!(error instanceof HttpProblem) || error.status !== 400) throw error
        return sendPage(reply.code(400), auditPage(me, filter, { items: [], next: null }, error))
      }
    },
  },
  [PATHS.auditExport]: {
    needs: 'administrator',
    async GET(request, reply, me) {
      const events = await exportEvents(me, filterOf(request))
      return reply
        .headers({ 'cache-control': 'no-store', 'content-disposition': 'attachment; filename="audit.csv"' })
        .type('text/csv; charset=utf-8')
        .send(csvOf([COLUMNS, ...events.map(csvRow)]))
    },
  },
}
