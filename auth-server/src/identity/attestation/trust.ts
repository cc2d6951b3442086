// Whom this server believes at the moment: the roots, and Google's list of certificates that count no more.
import { X509Certificate } from 'node:crypto'
import { fetchJson } from '../../http/outbound/fetch.ts'
import type { AttestationTrust } from './attestation.ts'
import { APPLE_APP_ATTESTATION_ROOT, GOOGLE_ATTESTATION_ROOTS } from './roots.ts'

/** The settings that it depends on (config/settings.ts). */
export interface TrustSettings {
  readonly issuer: string
  readonly appleAttestationRoots: readonly X509Certificate[]
  readonly androidAttestationRoots: readonly X509Certificate[]
  readonly appAttestDevelopment: boolean
  readonly androidRevocationList: string | undefined
  readonly androidRevocationRequired: boolean
}

/** Who hears that the list could not be had; a logger is one. */
interface Hears {
  readonly warn: (problem: Readonly<{ err: unknown }>, words: string) => void
}
/** Undefined while nobody can be believed: the list cannot be had, and is required. */
export type FindTrust = (log: Hears) => Promise<AttestationTrust | undefined>

const TIMEOUT_MILLIS = 5_000
const MAX_BYTES = 8 * 1024 * 1024
/** How long a list is kept, whatever its server says: at least so long, at most. */
const LEAST_MILLIS = 5 * 60 * 1000
const MOST_MILLIS = 24 * 3600 * 1000
/** After a failure nobody waits for the next one sooner than this. */
const PAUSE_MILLIS = 60 * 1000

interface RevocationList {
  readonly revoked: ReadonlySet<string>
  readonly freshUntil: number
}

export function openTrust(settings: TrustSettings): FindTrust {
  const { appleAttestationRoots, androidAttestationRoots, appAttestDevelopment: allowsDevelopment } = settings
  const parse = (pem: string) => new X509Certificate(pem)
  // Parsed when the first attestation comes.
  let roots: Pick<AttestationTrust, 'appleRoots' | 'androidRoots'> | undefined
  const findRevoked = openRevocationList(settings)
  return async (log) => {
    const revoked = await findRevoked(log)
    if (revoked === undefined) return undefined
    roots ??= {
      appleRoots: appleAttestationRoots.length > 0 ? appleAttestationRoots : [parse(APPLE_APP_ATTESTATION_ROOT)],
      androidRoots: androidAttestationRoots.length > 0 ? androidAttestationRoots : GOOGLE_ATTESTATION_ROOTS.map(parse),
    }
    return { ...roots, revoked, allowsDevelopment, now: new Date() }
  }
}

/** One that has been had stays good when the next cannot be had; fetched once for all who ask at the same time. */
function openRevocationList({
  issuer,
  androidRevocationList: address,
  androidRevocationRequired: isRequired,
}: TrustSettings): (log: Hears) => Promise<ReadonlySet<string> | undefined> {
  const none: ReadonlySet<string> = new Set()
  let last: RevocationList | undefined
  let asking: Promise<void> | undefined
  let askAgainAt = 0
  const allowLoopback = issuer.startsWith('http:')
  async function ask(url: string, log: Hears): Promise<void> {
    try {
      last = await fetchList(url, allowLoopback)
    } catch (error) {
      askAgainAt = Date.now() + PAUSE_MILLIS
      log.warn({ err: error }, 'the list of revoked Android certificates cannot be had')
    } finally {
      asking = undefined
    }
  }
  return async (log) => {
    if (address === undefined) return none
    const now = Date.now()
    if (now >= (last?.freshUntil ?? 0) && now >= askAgainAt) asking ??= ask(address, log)
    // Whoever has an old list does not wait for the new one.
    if (last === undefined) await asking
    return last?.revoked ?? (isRequired ? undefined : none)
  }
}

async function fetchList(url: string, allowLoopback: boolean): Promise<RevocationList> {
  const options = { timeoutMillis: TIMEOUT_MILLIS, allowLoopback, maxBytes: MAX_BYTES }
  const { json, cacheControl } = await fetchJson(url, options)
  const { entries } = json
  if (typeof entries !== 'object' || entries === null) throw new Error('the revocation list has no entries')
  // Revoked or suspended: neither counts now.
  const revoked = new Set(Object.keys(entries).map((serial) => serial.toLowerCase().replace(/^0+(?=.)/, '')))
  const maxAge = Number(/\bmax-age=(\d+)/.exec(cacheControl ?? '')?.[1] ?? 0) * 1000
  return { revoked, freshUntil: Date.now() + Math.min(Math.max(maxAge, LEAST_MILLIS), MOST_MILLIS) }
}
