// How an application looks on the pages of a visit: its mark, its name, and whose word the name is.

import { logoPath } from '../catalogue/logo.ts'
import { shownName } from '../catalogue/shown-name.ts'
import { appMark } from '../pages/components/mark.ts'
import { type Html, html } from '../pages/html.ts'
import type { Texts } from '../pages/locales/en.ts'
import type { ShownName } from '../pages/mail-text.ts'
import type { PendingAppVisit, PendingRequest } from '../store/tables/authorization-requests.ts'

/**
 * The mark of the application, in whose colour the page is then; nothing on a visit to our own pages. Logo and colour say who
 * somebody is as much as a name does: they are shown where somebody vouches for that.
 */
export function appHead({ app }: PendingRequest): Html | undefined {
  if (!app) return undefined
  const { brandColor = null, logoHash = null } = app.looks?.isNameVerified ? app.looks : {}
  return appMark(app.name, { color: brandColor, logo: logoHash === null ? null : logoPath(logoHash) })
}

/** The name as people are shown it: one that nobody vouches for is followed by where the answer goes. */
export function appNameOf({ app, request }: PendingAppVisit): ShownName {
  return shownName({ name: app.name, isNameVerified: app.looks?.isNameVerified === true }, [request.redirectUri])
}

/** What the developers of the application have to say, at addresses of theirs. */
export function appLinks(pending: PendingRequest, { branding }: Texts): Html | undefined {
  if (!pending.app?.looks) return undefined
  const { policyUri, tosUri, supportContact } = pending.app.looks
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
  return html`<p class="note links">${branding.of(appNameOf(pending))} ${shown.map((link) => html`${link} `)}</p>`
}
