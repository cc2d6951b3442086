// How an application looks on the pages of a visit: its mark, its name, and whose word the name is.
import { logoPath } from '../catalogue/logo.ts'
import { redirectHost } from '../catalogue/redirect-uri.ts'
import { appMark } from '../pages/components/mark.ts'
import { type Html, html } from '../pages/html.ts'
import type { Texts } from '../pages/locales/en.ts'
import type { PendingAppVisit, PendingRequest } from '../store/tables/authorization-requests.ts'

/** The mark of the application, in whose colour the page is then; nothing on a visit to our own pages. */
export function appHead({ app }: PendingRequest): Html | undefined {
  if (!app) return undefined
  const { brandColor = null, logoHash = null } = app.looks ?? {}
  return appMark(app.name, { color: brandColor, logo: logoHash === null ? null : logoPath(logoHash) })
}

// Letters that run from right to left could turn what stands after them around: isolates keep the name to itself.
const RIGHT_TO_LEFT =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u

/** The name as people are shown it: one that nobody vouches for is followed by where the answer goes. */
export function appNameOf({ app, request }: PendingAppVisit): string {
  const name = RIGHT_TO_LEFT.test(app.name) ? `\u2068${app.name}\u2069` : app.name
  return app.looks?.isNameVerified ? name : `${name} (${redirectHost(request.redirectUri)})`
}

/** What the developers of the application have to say, at addresses of theirs. */
export function appLinks({ app }: PendingRequest, { branding }: Texts): Html | undefined {
  if (!app?.looks) return undefined
  const { policyUri, tosUri, supportContact } = app.looks
  const contact = supportContact?.startsWith('https:') === false ? `mailto:${supportContact}` : supportContact
  const links = [
    [branding.privacy, policyUri],
    [branding.terms, tosUri],
    [branding.support, contact],
  ] as const
  const shown = links.flatMap(([label, href]) =>
    href ? [html`<a href="${href}" target="_blank" rel="noopener noreferrer">${label}</a>`] : [],
  )
  if (shown.length === 0) return undefined
  return html`<p class="note links">${branding.of(app.name)} ${shown.map((link) => html`${link} `)}</p>`
}
