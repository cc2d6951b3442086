// What people are told an application is called: a name that nobody vouches for stands with where its answers go. Pure.
import type { Texts } from '../pages/locales/en.ts'
import type { ShownName } from '../pages/mail-text.ts'
import { PORTAL_CLIENT } from '../store/tables/applications.ts'
import { redirectHost } from './redirect-uri.ts'

/** As far as it takes to name it. */
export interface NamedApplication {
  readonly name: string
  readonly isNameVerified: boolean
}

// Letters that run from right to left could turn what stands after them around: isolates keep the name to itself.
const RIGHT_TO_LEFT =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u

/** @param redirectUris of a visit the one it ends at; else all of them, for the first could be made up to be seen */
export function shownName({ name, isNameVerified }: NamedApplication, redirectUris: readonly string[]): ShownName {
  const isolated = RIGHT_TO_LEFT.test(name) ? `\u2068${name}\u2069` : name
  const hosts = [...new Set(redirectUris.map(redirectHost))]
  const shown = isNameVerified || hosts.length === 0 ? isolated : `${isolated} (${hosts.join(', ')})`
  // The one place that makes them.
  return shown as ShownName
}

/** The portal is an application like any other; each language has its own name for it. */
export function ownName(
  { clientId, name }: Readonly<{ clientId: string; name: string }>,
  { portal }: Pick<Texts, 'portal'>,
): string {
  return clientId === PORTAL_CLIENT ? portal.title : name
}

/** A row of what a person sees, with the name of its application as it is stored. */
interface StoredName {
  readonly clientId: string
  readonly applicationName: string
  readonly isNameVerified: boolean
  readonly redirectUris: readonly string[]
  readonly apiName?: string
}

/** The same with the names as people are told them. */
export function withShownName<Row extends StoredName>(row: Row, texts: Pick<Texts, 'portal'>): Row {
  const { clientId, applicationName, apiName, isNameVerified, redirectUris } = row
  const name = ownName({ clientId, name: applicationName }, texts)
  return {
    ...row,
    applicationName: shownName({ name, isNameVerified }, redirectUris),
    ...(apiName !== undefined && { apiName: ownName({ clientId, name: apiName }, texts) }),
  }
}
