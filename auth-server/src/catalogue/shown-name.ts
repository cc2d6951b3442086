// What people are told an application is called: a name that nobody vouches for stands with where its answers go. Pure.
import type { ShownName } from '../pages/mail-text.ts'
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

/** A row of what a person sees, with the name of its application as it is stored. */
interface StoredName {
  readonly applicationName: string
  readonly isNameVerified: boolean
  readonly redirectUris: readonly string[]
}

/** The same with the name as people are told it. */
export function withShownName<Row extends StoredName>(row: Row): Row {
  const { applicationName: name, isNameVerified, redirectUris } = row
  return { ...row, applicationName: shownName({ name, isNameVerified }, redirectUris) }
}
