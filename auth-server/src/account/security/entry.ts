// One line of the security page: a way to sign in, as it is now, and the page that changes it. A new one is a row of ENTRIES.
import type { Deps } from '../../deps.ts'
import type { SummaryEntry } from '../../pages/components/summary.ts'
import type { Texts } from '../../pages/locales/en.ts'
import type { SignedIn } from '../route.ts'

/** The line in any language; undefined where there is nothing to say. */
export type SecurityEntry = (texts: Texts) => SummaryEntry | undefined

/** Looks up how it is for this person. */
export type FindSecurityEntry = (deps: Deps, me: SignedIn) => Promise<SecurityEntry>
