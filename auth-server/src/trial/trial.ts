// What a trial consists of: the application it plays, what was sent and what was answered. Kept sealed, as it has secrets in it.
import type { JWK } from 'jose'
import { seal, unseal } from '../crypto/seal.ts'
import type { KnownSecrets } from '../crypto/secrets.ts'

/** The application that is played, as its registration and its subscription have it. */
export interface TriedApp {
  readonly clientId: string
  readonly name: string
  /** Where its answers go outside of trials; undefined where it has none. */
  readonly redirectUri: string | undefined
  /** Whether it proves itself with a secret or a key of its own, which this server does not know. */
  readonly isConfidential: boolean
  /** Whether its tokens are bound to a key (RFC 9449). */
  readonly isBound: boolean
  /** Whether it has to push its requests (RFC 9126). */
  readonly isPushed: boolean
  /** Whether it may ask for refresh tokens. */
  readonly refreshes: boolean
  /** The API: its resource URI, under which the gateway serves it. */
  readonly resource: string
  readonly scopes: readonly string[]
}

/** What came back to the redirect URI. */
export type TrialAnswer =
  | Readonly<{ kind: 'code'; code: string; isOurIssuer: boolean }>
  | Readonly<{ kind: 'error'; error: string; description: string }>

/** What the token endpoint said. */
export type TrialGrant =
  | Readonly<{
      kind: 'tokens'
      tokenType: string
      expiresIn: number
      scope: string
      accessToken: string
      idToken: string | undefined
    }>
  | Readonly<{ kind: 'refused'; error: string; description: string }>

/** Why there was no answer to a call. */
export type CallProblem = 'forbidden' | 'unreachable' | 'slow'

/** One call of the API, and what it was answered. */
export type TrialCall = Readonly<{ at: string; address: string }> &
  (
    | Readonly<{ problem: CallProblem }>
    | Readonly<{
        status: number
        headers: readonly (readonly [name: string, value: string])[]
        /** The beginning of it, as text; undefined where it is none. */
        body: string | undefined
        isCut: boolean
      }>
  )

/** The whole of it. */
export interface Trial {
  readonly app: TriedApp
  readonly redirectUri: string
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  /** The private key that tokens are bound to, where they are. */
  readonly key?: JWK
  readonly answer?: TrialAnswer
  readonly grant?: TrialGrant
  /** The last ones, the newest last. */
  readonly calls: readonly TrialCall[]
}

/** Whoever can read the database reads none of it, and cannot move it to another row. */
export function sealTrial(trial: Trial, keyEncryptionKeys: KnownSecrets, id: string): Promise<string> {
  return seal(Buffer.from(JSON.stringify(trial)), keyEncryptionKeys, `trial ${id}`)
}

/** @param sealed by the function above */
export async function unsealTrial(sealed: string, keyEncryptionKeys: KnownSecrets, id: string): Promise<Trial> {
  return JSON.parse(Buffer.from(await unseal(sealed, keyEncryptionKeys, `trial ${id}`)).toString())
}
