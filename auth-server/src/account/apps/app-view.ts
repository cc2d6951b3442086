// One app: what it may do since when, what was allowed and withdrawn before, and the page that takes it back.
import { accountPage } from '../../pages/components/account-page.ts'
import { actionLink } from '../../pages/components/button.ts'
import { dangerForm } from '../../pages/components/confirm.ts'
import { list } from '../../pages/components/list.ts'
import { rows } from '../../pages/components/rows.ts'
import { dayOf } from '../../pages/components/time.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import type { Access } from '../../store/queries/access.ts'
import type { CallsOfPerson } from '../../store/queries/calls-of-person.ts'
import type { GivenConsent } from '../../store/tables/consent-history.ts'
import { actionOf, hrefOf, PATHS } from '../paths.ts'
import type { SignedIn } from '../route.ts'
import { toSection } from '../sections.ts'
import { accessInWords } from './words.ts'

/** Undefined when the person has nothing to do with the app. */
export function appPage(
  { frame }: SignedIn,
  access: readonly Access[],
  consents: readonly GivenConsent[],
  calls: readonly CallsOfPerson[],
): Page | undefined {
  const { applicationId: id, applicationName: name } = access[0] ?? consents[0] ?? {}
  if (id === undefined || name === undefined) return undefined
  return (texts) => {
    const { apps } = texts.account
    const content = html`${access.map((one) => accessSection(one, texts))}
${access.length > 0 && html`<p>${actionLink(apps.withdraw, hrefOf(PATHS.applicationWithdraw, { application: id }))}</p>`}
${calls.length > 0 && html`<h2>${apps.calls}</h2>\n${rows(calls.map((one) => callsRow(one, texts)))}`}
${consents.length > 0 && html`<h2>${apps.history}</h2>\n${rows(consents.map((consent) => historyRow(consent, texts)))}`}`
    return accountPage({ frame, heading: name, back: toSection('apps', texts), content }, texts)
  }
}

function accessSection(access: Access, texts: Texts) {
  const { apps } = texts.account
  const words = accessInWords(access, texts)
  return html`<h2>${access.apiName}</h2>
<p>${apps.mayDoSince(dayOf(access.since, texts))}</p>
${words.length > 0 && list(words)}
`
}

function callsRow({ apiName, accepted, refused }: CallsOfPerson, texts: Texts) {
  const count = new Intl.NumberFormat(texts.language)
  const detail = texts.account.apps.callsOfWhich(count.format(accepted + refused), count.format(refused))
  return { title: apiName, detail }
}

function historyRow(consent: GivenConsent, texts: Texts) {
  const { apiName, givenAt, withdrawnAt, textVersion, language } = consent
  const { apps } = texts.account
  const until = withdrawnAt === null ? apps.stands : apps.withdrawnOn(dayOf(withdrawnAt, texts))
  return {
    title: apiName,
    detail: html`${accessInWords(consent, texts).join(' · ')}<br>
${apps.allowedOn(dayOf(givenAt, texts))} · ${until} · ${apps.asRead(textVersion, language)}`,
  }
}

/** Undefined when there is nothing to withdraw. */
export function withdrawPage({ frame, binding }: SignedIn, access: readonly Access[]): Page | undefined {
  const [one] = access
  if (!one) return undefined
  const { applicationId: id, applicationName: name } = one
  const installations = access.reduce((sum, { installations }) => sum + installations, 0)
  return (texts) => {
    const { apps } = texts.account
    const losses = access.flatMap((one) => accessInWords(one, texts))
    if (installations > 0) losses.push(apps.losesInstallations(installations))
    const confirmation = {
      binding,
      action: actionOf(PATHS.applicationWithdraw, { application: id }),
      label: apps.withdrawFrom(name),
      back: hrefOf(PATHS.application, { application: id }),
    }
    const content = html`<p>${apps.withdrawLead(name)}</p>
${dangerForm([...new Set(losses)], confirmation, texts)}`
    return accountPage(
      {
        frame,
        heading: apps.withdrawTitle(name),
        back: { label: name, href: hrefOf(PATHS.application, { application: id }) },
        content,
      },
      texts,
    )
  }
}
