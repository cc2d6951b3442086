// The page of who may come once an administrator approves it: to ask, or how it stands with what was asked.
import { button } from '../../pages/components/button.ts'
import { field } from '../../pages/components/field.ts'
import { form } from '../../pages/components/form.ts'
import { dayOf } from '../../pages/components/time.ts'
import type { Page } from '../../pages/frame.ts'
import { type Html, html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import type { PendingAppVisit } from '../../store/tables/authorization-requests.ts'
import type { AskedToCome } from '../../store/tables/membership-requests.ts'
import { appHead } from '../app-looks.ts'
import { denyForm, switchForm } from '../ended/ways-out.ts'
import type { SignedInVisit } from '../visit.ts'

/** How long the sentence is that goes with the request, in characters. */
export const MAX_WHY = 200

type AppVisit = SignedInVisit & Readonly<{ pending: PendingAppVisit }>

/** @param asked undefined for who has not asked, or may ask again */
export function askToComePage(visit: AppVisit, asked: AskedToCome | undefined): Page {
  const { pending, binding } = visit
  return (texts) => {
    const title = texts.askToCome.title(pending.app.apiName)
    return {
      title,
      body: html`${appHead(pending)}
<h1>${title}</h1>
${asked === undefined ? askForm(visit, texts) : standing(pending.app.apiName, asked, texts)}
${switchForm(binding, texts)}
${denyForm(binding, texts)}`,
    }
  }
}

function askForm({ pending, binding }: AppVisit, texts: Texts): Html {
  const { lead, why, ask } = texts.askToCome
  return html`<p>${lead(pending.app.apiName)}</p>
${form(
  { binding, action: 'ask-to-come' },
  field({ name: 'reason', label: why, kind: 'text', maxLength: MAX_WHY, isOptional: true }),
  button(ask),
)}`
}

function standing(api: string, { createdAt, declinedAt, declinedBecause, expiresAt }: AskedToCome, texts: Texts): Html {
  const { waits, mailed, declined, because, askAgain } = texts.askToCome
  if (declinedAt === null) return html`<p>${waits(dayOf(createdAt, texts))}</p>\n<p>${mailed(api)}</p>`
  return html`<p>${declined(dayOf(declinedAt, texts))}</p>
${declinedBecause !== null && html`<p>${because(declinedBecause)}</p>\n`}<p>${askAgain(dayOf(expiresAt, texts))}</p>`
}
