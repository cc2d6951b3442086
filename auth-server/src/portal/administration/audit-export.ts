// The audit log as a file for spreadsheets: in parts, as they are found, up to a number that the link to it names.
import { Readable } from 'node:stream'
import { csvOf } from '../../http/csv.ts'
import { LOCALES, languageOf } from '../../pages/language.ts'
import { hrefOf, PATHS } from '../paths.ts'
import type { PortalRoutes } from '../route.ts'
import { type FoundEvent, type FoundEvents, filterOf, hasBadDay, searchAudit } from './audit-search.ts'

/** Each part is an event of the log itself. */
const PART = 100
export const MAX_EXPORTED = 50_000

const COLUMNS = ['id', 'at', 'type', 'outcome', 'person', 'client_id', 'api_id', 'by', 'by_id', 'before', 'after']

function csvRow({ id, at, type, outcome, person, client_id, api_id, by, change }: FoundEvent): readonly string[] {
  const changed = [change?.before.join('\n') ?? '', change?.after.join('\n') ?? '']
  return [id, at, type, outcome, person ?? '', client_id ?? '', api_id ?? '', by?.kind ?? '', by?.id ?? '', ...changed]
}

interface Export {
  readonly first: FoundEvents
  readonly read: (cursor: string) => Promise<FoundEvents>
  /** The last line, where there are more than fit. @param at when the last one was that did */
  readonly sayLeftOut: (at: string) => string
  readonly most: number
}

/** The file, part by part. */
export async function* exported({ first, read, sayLeftOut, most }: Export): AsyncGenerator<string> {
  yield csvOf([COLUMNS])
  let [found, count] = [first, 0]
  for (;;) {
    yield csvOf(found.items.map(csvRow))
    count += found.items.length
    if (found.next === null) return
    if (count >= most) break
    found = await read(found.next)
  }
  yield csvOf([[sayLeftOut(found.items.at(-1)?.at ?? '')]])
}

export const AUDIT_EXPORT_ROUTES: PortalRoutes = {
  [PATHS.auditExport]: {
    needs: 'administrator',
    async GET(request, reply, me) {
      const filter = filterOf(request)
      // The page of the search says what is wrong with it.
      if (hasBadDay(filter)) return me.backTo(reply, `${hrefOf(PATHS.audit, {})}?${new URLSearchParams(filter)}`)
      const read = (cursor?: string) => searchAudit(me, filter, PART, cursor)
      const first = await read()
      const { audit } = LOCALES[languageOf(request)].administration
      const sayLeftOut = (at: string) => audit.leftOut(MAX_EXPORTED, at)
      return reply
        .headers({ 'cache-control': 'no-store', 'content-disposition': 'attachment; filename="audit.csv"' })
        .type('text/csv; charset=utf-8')
        .send(Readable.from(exported({ first, read, sayLeftOut, most: MAX_EXPORTED })))
    },
  },
}
