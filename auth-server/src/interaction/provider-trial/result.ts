// What came of a trial at a provider: kept encrypted for the minutes in which it is shown.
import { seal, unseal } from '../../crypto/seal.ts'
import type { KnownSecrets } from '../../crypto/secrets.ts'

/** Somebody else's text as far as it is shown; `length` is there where it is cut. */
export interface ShownValue {
  readonly name: string
  readonly value: string
  readonly length?: number
}

/** Why the address of somebody counts, or does not. */
export type AddressUse = 'believed' | 'none' | 'unverified' | 'no authority'
/** Whose identity it is: of an account, also one that nobody is signed in to; or what would become of a newcomer. */
export type WhoseIdentity = 'known' | 'kept out' | 'address taken' | 'new' | 'closed'

/** What the provider told, and what a sign-in would have made of it. */
export interface ToldResult {
  readonly kind: 'told'
  readonly issuer: string
  readonly subject: string
  readonly address: AddressUse
  readonly email: string | null
  readonly claims: readonly ShownValue[]
  /** How many more there are. */
  readonly moreClaims: number
  readonly mapped: readonly ShownValue[]
  readonly leftOut: readonly Readonly<{ claim: string; because: string }>[]
  readonly groups: readonly string[]
  /** Groups that the configuration names, and that there are not here. */
  readonly missingGroups: readonly string[]
  readonly whose: WhoseIdentity
  /** The domain of the address, where that leads to this provider. */
  readonly routedBy: string | null
}

/** `because` is told as it came, to administrators alone. */
export type TrialResult =
  | ToldResult
  | Readonly<{ kind: 'cancelled'; because: string | null }>
  | Readonly<{ kind: 'wrong credentials' }>
  | Readonly<{ kind: 'failed'; because: string; isDown: boolean }>

/** Nobody can pass it off as that of another trial by moving it to another row. */
function aboutOf(stateHash: string): string {
  return `provider trial ${stateHash}`
}

export function sealResult(result: TrialResult, keyEncryptionKeys: KnownSecrets, stateHash: string): Promise<string> {
  return seal(Buffer.from(JSON.stringify(result)), keyEncryptionKeys, aboutOf(stateHash))
}

/** @param sealed by the function above */
export async function unsealResult(
  sealed: string,
  keyEncryptionKeys: KnownSecrets,
  stateHash: string,
): Promise<TrialResult> {
  return JSON.parse(Buffer.from(await unseal(sealed, keyEncryptionKeys, aboutOf(stateHash))).toString())
}
