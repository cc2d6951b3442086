// The audit log: searched on a page, and as a file for spreadsheets. People stand there under their pseudonyms.
import type { AuditEventName } from '../../audit/events.ts'
import { HttpProblem } from '../../http/problem.ts'
import { actionLink, button } from '../../pages/components/button.ts'
import { field, hiddenFields } from '../../pages/components/field.ts'
import { searchForm } from '../../pages/components/form.ts'
import { note } from '../../pages/components/notice.ts'
import { wrongNotice } from '../../pages/components/refused.ts'
import { emptyState, rows } from '../../pages/components/rows.ts'
import { timeAgo } from '../../pages/components/time.ts'
import type { Page } from '../../pages/frame.ts'
import { type Html, html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { sendPage } from '../../pages/send-page.ts'
import { hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson, PortalRoutes } from '../route.ts'
import { askedOf } from './asked.ts'
import { MAX_EXPORTED } from './audit-export.ts'
import {
  type AuditFilter,
  type FoundEvent,
  type FoundEvents,
  filterOf,
  hasBadDay,
  searchAudit,
} from './audit-search.ts'
import { administrationPage, nextPart } from './page.ts'

function auditPage(me: PortalPerson, filter: AuditFilter, found: FoundEvents, refused?: HttpProblem | 'bad day'): Page {
  const path = hrefOf(PATHS.audit, {})
  return administrationPage(me, (texts) => {
    const { audit, people, sections, find, none } = texts.administration
    const one = (name: Exclude<keyof AuditFilter, 'person_id'>, label: string) =>
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
      title: nameOf(event, texts),
      detail: html`${timeAgo(new Date(event.at), me.now, texts)} · <code>${event.type}</code> <code>${event.outcome}</code>${wordsOf(event, texts).map((word) => html`<br>${word}`)}`,
    }))
    const content = html`${filter.person_id !== undefined && note(audit.about(filter.person_id))}
${searchForm(path, ...fields, button(find, 'quiet'))}
<p>${actionLink(audit.export(MAX_EXPORTED), `${hrefOf(PATHS.auditExport, {})}?${new URLSearchParams(filter)}`)}</p>
${entries.length > 0 ? rows(entries) : emptyState(none)}
${nextPart(path, filter, found.next, texts)}`
    const back =
      filter.person_id === undefined
        ? {}
        : { back: { label: people.back, href: hrefOf(PATHS.person, { person: filter.person_id }) } }
    return { heading: sections.audit.title, content, ...back, problem: refused && wrongSearch(refused, texts) }
  })
}

function wrongSearch(refused: HttpProblem | 'bad day', texts: Texts): Html {
  const { audit } = texts.administration
  const title = texts.portal.refused.searchTitle
  return refused === 'bad day'
    ? wrongNotice(audit.badDay, texts, { title, field: 'since' })
    : wrongNotice(audit.badFilter, texts, { title })
}

/** An event that has no words does not compile; one of a newer or older release has its plain name. */
function nameOf({ type, outcome }: FoundEvent, { auditWords }: Texts): string {
  const words: Readonly<Record<AuditEventName, string>> = auditWords
  return new Map(Object.entries(words)).get(`${type} ${outcome}`) ?? `${type}: ${outcome}`
}

function wordsOf({ person, client_id, api_id, by, change }: FoundEvent, { administration }: Texts): readonly string[] {
  const { audit } = administration
  const says: readonly (readonly [string, string | null])[] = [
    [audit.who, person],
    [audit.app, client_id],
    ['API', api_id],
    [audit.by, by && [audit.byWhom[by.kind], by.id].filter((word) => word !== null).join(' ')],
    [audit.change, change && changeInWords(change)],
  ]
  return says.flatMap(([label, text]) => (text === null ? [] : [`${label}: ${text}`]))
}

/** Of what was made, or has ended, the one side alone that says something. */
function changeInWords({ before, after }: NonNullable<FoundEvent['change']>): string {
  // A member of a change that has no value is written `name: `, with nothing behind it.
  const sides = [before, after].map((side) => (side.every((each) => each.endsWith(': ')) ? '' : side.join('; ')))
  return sides.join(' → ').trim()
}

export const AUDIT_ROUTES: PortalRoutes = {
  [PATHS.audit]: {
    needs: 'administrator',
    async GET(request, reply, me) {
      const filter = filterOf(request)
      const { cursor } = askedOf(request, ['cursor'])
      const nothing = { items: [], next: null }
      if (hasBadDay(filter)) return sendPage(reply.code(400), auditPage(me, filter, nothing, 'bad day'))
      try {
        return sendPage(reply, auditPage(me, filter, await searchAudit(me, filter, 50, cursor)))
      } catch (error) {
        if (!(error instanceof HttpProblem) || error.status !== 400) throw error
        return sendPage(reply.code(400), auditPage(me, filter, nothing, error))
      }
    },
  },
}
