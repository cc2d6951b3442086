// What phones read to know which apps may open our links and use our passkeys, and the link that each app gets. Pure.
import type { NamedIdentity } from '../store/tables/app-identities.ts'

/** Apple's systems take no longer file; the other one is held to the same. */
export const MAX_DOCUMENT_BYTES = 128 * 1024

/** The two documents, by where they stand: at the root of the host, whatever the path of anything else. */
export const ASSET_LINKS_PATH = '/.well-known/assetlinks.json'
export const SITE_ASSOCIATION_PATH = '/.well-known/apple-app-site-association'

/** What may stand in the path of a link and goes nowhere else, and is no wildcard to Apple or Android. */
const LINKABLE = /^(?!\.{1,2}$)[\w.~-]{1,128}$/

/** Whether an application with this client ID can have a link. */
export function isLinkable(clientId: string): boolean {
  return LINKABLE.test(clientId)
}

/** At the root; the `apps` of a person's own pages are below /account. */
const FOLDER = 'apps'

/** Where the link of an application leads. @param clientId or a pattern for it */
export function callbackPath(clientId: string): string {
  return `/${FOLDER}/${clientId}/callback`
}

/** The claimed https redirect URI of an application (RFC 8252 §7.2). */
export function claimedRedirectUri(issuer: string, clientId: string): string {
  return issuer + callbackPath(clientId)
}

const LINKS = 'delegate_permission/common.handle_all_urls'
const LOGIN_CREDENTIALS = 'delegate_permission/common.get_login_creds'

/** A statement list (Digital Asset Links). */
export function assetLinks(identities: readonly NamedIdentity[]): readonly object[] {
  return identities.flatMap(({ android, clientId, passkeys }) =>
    android === null
      ? []
      : {
          relation: [LINKS, ...(passkeys ? [LOGIN_CREDENTIALS] : [])],
          // Android 15 and newer: of all our links the app gets its own. Older ones go by the app's manifest alone.
          relation_extensions: {
            [LINKS]: {
              dynamic_app_link_components: [{ '/': callbackPath(clientId) }, { '/': '*', exclude: true }],
            },
          },
          target: {
            namespace: 'android_app',
            package_name: android.packageName,
            sha256_cert_fingerprints: android.digests,
          },
        },
  )
}

/** Associated domains: links and passkeys (https://developer.apple.com/documentation/xcode/supporting-associated-domains). */
export function siteAssociation(identities: readonly NamedIdentity[]): object {
  const apps = identities.flatMap(({ apple, clientId, passkeys }) =>
    apple === null ? [] : { appId: `${apple.team}.${apple.bundle}`, clientId, passkeys },
  )
  return {
    applinks: {
      details: apps.map(({ appId, clientId }) => ({
        appIDs: [appId],
        components: [{ '/': callbackPath(clientId) }],
      })),
    },
    webcredentials: { apps: [...new Set(apps.flatMap(({ appId, passkeys }) => (passkeys ? appId : [])))] },
  }
}

/** Whether the documents of these records are short enough for phones. */
export function fitsPhones(identities: readonly NamedIdentity[]): boolean {
  return [assetLinks(identities), siteAssociation(identities)].every(
    (document) => Buffer.byteLength(JSON.stringify(document)) <= MAX_DOCUMENT_BYTES,
  )
}
