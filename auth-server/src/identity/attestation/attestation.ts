// What is expected of an attestation, and what becomes of one: it vouches for the key and the app, or it is said why not.
import type { X509Certificate } from 'node:crypto'
import type { AppIdentity } from '../../store/tables/app-identities.ts'

/** Why an attestation vouches for nothing. */
export type AttestationProblem =
  | 'malformed'
  | 'unknown root'
  | 'out of date'
  | 'revoked'
  | 'another challenge'
  | 'another app'
  | 'another key'
  | 'development build'
  | 'not in hardware'
  | 'device not verified'

export type Attestation =
  | Readonly<{ kind: 'attested' }>
  /** `detail` is for the log. */
  | Readonly<{ kind: 'refused'; because: AttestationProblem; detail: string }>

/** The public half of the device's key, as it came (RFC 7517). */
export type DeviceJwk = Readonly<Record<string, string>>

/** What it has to vouch for: this app, this key, now. */
export interface ExpectedAttestation {
  readonly identity: AppIdentity | undefined
  /** As this server gave it to the app, to be used once. */
  readonly challenge: string
  readonly jwk: DeviceJwk
  /** Of `jwk` (RFC 7638). */
  readonly thumbprint: string
}

/** Whom this server believes. */
export interface AttestationTrust {
  readonly appleRoots: readonly X509Certificate[]
  readonly androidRoots: readonly X509Certificate[]
  /** Serial numbers of Android certificates that are not to be believed, in small hexadecimal digits. */
  readonly revoked: ReadonlySet<string>
  /** Whether builds from Xcode count, which anybody with the app's source can make. */
  readonly allowsDevelopment: boolean
  readonly now: Date
}

/** Thrown by the checks, and never out of this folder. */
export class AttestationRefused extends Error {
  override name = 'AttestationRefused'
  readonly because: AttestationProblem

  constructor(because: AttestationProblem, detail: string) {
    super(detail)
    this.because = because
  }
}

/** @throws {AttestationRefused} unless `holds`. */
export function demand(holds: boolean, because: AttestationProblem, detail: string): asserts holds {
  if (!holds) throw new AttestationRefused(because, detail)
}

/** What `check` comes to. Parsers of certificates and CBOR throw errors of all kinds at junk; to us it is all one. */
export function judge(check: () => void): Attestation {
  try {
    check()
    return { kind: 'attested' }
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    return { kind: 'refused', because: error instanceof AttestationRefused ? error.because : 'malformed', detail }
  }
}
