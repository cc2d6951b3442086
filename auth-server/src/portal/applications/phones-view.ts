// The page of what phones know an application by: one form for Android and Apple, and what comes of it.
import { ASSET_LINKS_PATH, callbackPath, SITE_ASSOCIATION_PATH } from '../../catalogue/app-links.ts'
import type { HttpProblem } from '../../http/problem.ts'
import { area } from '../../pages/components/area.ts'
import { actionLink, button } from '../../pages/components/button.ts'
import { choice } from '../../pages/components/choice.ts'
import { field, hiddenFields } from '../../pages/components/field.ts'
import { form } from '../../pages/components/form.ts'
import { note } from '../../pages/components/notice.ts'
import { portalPage } from '../../pages/components/portal-page.ts'
import { refusedNotice, wrongNotice } from '../../pages/components/refused.ts'
import { summaryList } from '../../pages/components/summary.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import { actionOf, PATHS } from '../paths.ts'
import type { PortalPerson } from '../route.ts'
import { type Application, applicationHref } from './one.ts'
import { type Checked, checkedNotice, checkSection } from './phones-check-view.ts'

const ATTESTATIONS = ['off', 'optional', 'required'] as const
type Attestation = (typeof ATTESTATIONS)[number]

export function isAttestation(text: string): text is Attestation {
  return ATTESTATIONS.some((known) => known === text)
}

/** As it stands in the form. */
export interface WrittenPhones {
  readonly package: string
  /** A line each. */
  readonly digests: string
  readonly team: string
  readonly bundle: string
  readonly attestation: Attestation
}

/** As it is stored, what an administrator says of it. */
export interface GivenPhones {
  readonly isConfirmed: boolean
  readonly passkeys: boolean
}

interface Phones {
  readonly application: Application
  readonly written: WrittenPhones
  /** Undefined where nothing is stored yet. */
  readonly given: GivenPhones | undefined
  readonly etag: string
  readonly issuer: string
  readonly problem?: HttpProblem | 'nothing written'
  /** What a check found just now. */
  readonly checked?: Checked
}

export function phonesPage(
  me: PortalPerson,
  { application, written, given, etag, issuer, problem, checked }: Phones,
): Page {
  const { client_id: id } = application
  return (texts) => {
    const { phones, save } = texts.portalApplications
    const text = (name: 'package' | 'team' | 'bundle', maxLength: number) =>
      field({ kind: 'text', name, ...phones.fields[name], maxLength, value: written[name], isOptional: true })
    const action = actionOf(PATHS.applicationPhones, { application: id })
    const attestations = ATTESTATIONS.map((value) => ({ value, label: phones.attestations[value] }))
    const content = html`<p>${phones.lead}</p>
${form(
  { binding: me.binding, action },
  ...hiddenFields({ etag }),
  html`<h2>Android</h2>\n`,
  text('package', 200),
  area({ name: 'digests', ...phones.fields.digests, maxLength: 1200, value: written.digests, isOptional: true }),
  html`<h2>Apple</h2>\n`,
  text('team', 20),
  text('bundle', 200),
  html`<h2>${phones.both}</h2>\n`,
  choice({ name: 'attestation', legend: phones.attestation, options: attestations, chosen: written.attestation }),
  ...(given?.isConfirmed ? [note(phones.losesConfirmation)] : []),
  button(save),
)}
<h2>${phones.follows}</h2>
${summaryList(
  [
    ...(given
      ? [
          { key: phones.confirmation, value: given.isConfirmed ? phones.confirmed : phones.waits },
          { key: phones.passkeys, value: phones.mayAsk[given.passkeys ? 'yes' : 'no'] },
        ]
      : []),
    ...(issuer.startsWith('https:')
      ? [{ key: phones.link, value: html`<code translate="no">${issuer}${callbackPath(id)}</code>` }]
      : []),
    { key: 'Android', value: actionLink(issuer + ASSET_LINKS_PATH, ASSET_LINKS_PATH) },
    { key: 'Apple', value: actionLink(issuer + SITE_ASSOCIATION_PATH, SITE_ASSOCIATION_PATH) },
  ],
  texts,
)}
<p>${phones.once}</p>
${given && checkSection({ binding: me.binding, action }, checked, texts)}
${
  given &&
  html`<h2>${phones.end}</h2>
<p>${phones.ends}</p>
${form({ binding: me.binding, action }, ...hiddenFields({ etag, remove: 'yes' }), button(texts.portalApplications.remove, 'danger', phones.title))}`
}`
    const asked = {
      'android/package': { field: 'package', ...phones.fields.package },
      'android/certificate_digests': { field: 'digests', ...phones.fields.digests },
      'apple/team': { field: 'team', ...phones.fields.team },
      'apple/bundle': { field: 'bundle', ...phones.fields.bundle },
    }
    const notice =
      typeof problem === 'string'
        ? wrongNotice(phones.nothing, texts, { field: 'package' })
        : problem
          ? refusedNotice(problem, texts, asked)
          : checked && checkedNotice(checked, texts)
    const back = { label: application.name, href: applicationHref(application) }
    return portalPage({ frame: me.frame, heading: phones.title, back, notice, content }, texts)
  }
}
