// The key ring: which key signs now, which keys verifiers may meet, and how keys come and go without a failed call.
import { createPrivateKey } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'
import { BY_COMMAND, WITHOUT_REQUEST } from '../audit/context.ts'
import type { AuditEvent } from '../audit/events.ts'
import { record } from '../audit/record.ts'
import type { KnownSecrets } from '../crypto/secrets.ts'
import type { JwtSigner } from '../crypto/sign-jwt.ts'
import { isSigningAlgorithm, SIGNING_ALGORITHMS, type SigningAlgorithm } from '../crypto/signing-algorithms.ts'
import type { Db } from '../store/database.ts'
import {
  algorithmsDue,
  hastenSigningKeys,
  insertSigningKey,
  listPublishedKeys,
  type NewSigningKey,
  replaceSigningKeys,
} from '../store/tables/signing-keys.ts'
import { decryptJwk, encryptJwk } from './key-encryption.ts'

/** A new key is published this long before it signs: every instance and every gateway has fetched it by then. */
export const PUBLISH_LEAD_SECONDS = 15 * 60
/** A replaced key stays published until the last token it signed has expired, with room for clocks that are off. */
export const KEEP_SECONDS = 15 * 60
export const ROTATE_AFTER_SECONDS = 90 * 24 * 3600
/** Each instance reads the keys anew this often: that long a withdrawn key counts on, and instances may disagree. */
export const RELOAD_EVERY_SECONDS = 2
/** Time enough for each instance to publish a key before one of them signs with it. */
export const SHORTEST_LEAD_SECONDS = 5

export interface KeyRing {
  /** The key that signs now. @throws {Error} when there is none for the algorithm. */
  current(alg: string): JwtSigner
  /** RFC 7517 set of every key that verifiers may meet. */
  readonly jwks: Readonly<{ keys: readonly JWK[] }>
  /** Reads the keys again; instances agree because all of them go by the same rows and the database's clock. */
  reload(): Promise<void>
}

interface Loaded {
  readonly jwks: Readonly<{ keys: readonly JWK[] }>
  readonly keys: readonly (JwtSigner & { signsAt: number })[]
}

async function load(db: Db, secrets: KnownSecrets): Promise<Loaded> {
  const rows = await listPublishedKeys(db, KEEP_SECONDS)
  // The database says in how many seconds a key signs; from there a clock that nobody can set counts on.
  const loadedAt = performance.now()
  const keys: (JwtSigner & { signsAt: number })[] = []
  for (const { kid, alg, privateJwe, signsInSeconds } of rows) {
    if (!isSigningAlgorithm(alg)) continue
    const privateKey = createPrivateKey({ key: await decryptJwk(privateJwe, secrets), format: 'jwk' })
    keys.push({ kid, alg, privateKey, signsAt: loadedAt + signsInSeconds * 1000 })
  }
  return { jwks: { keys: rows.map((row) => row.publicJwk) }, keys }
}

async function makeKey(alg: SigningAlgorithm, secrets: KnownSecrets): Promise<NewSigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(jwk)
  const privateJwe = await encryptJwk(await exportJWK(privateKey), secrets)
  return { kid, alg, publicJwk: { ...jwk, kid, alg, use: 'sig' }, privateJwe }
}

/**
 * Makes a key for each algorithm whose newest one is older than `maxAgeSeconds`. Returns the algorithms that got one.
 * @throws {Error} when a stored key cannot be decrypted; nothing has changed then.
 */
export async function rotateKeys(
  db: Db,
  secrets: KnownSecrets,
  {
    algorithms = SIGNING_ALGORITHMS,
    maxAgeSeconds = ROTATE_AFTER_SECONDS,
    leadSeconds = PUBLISH_LEAD_SECONDS,
    why = 'scheduled',
  }: Readonly<{
    algorithms?: readonly SigningAlgorithm[]
    maxAgeSeconds?: number
    leadSeconds?: number
    why?: 'scheduled' | 'asked-for'
  }> = {},
): Promise<readonly string[]> {
  const due = await algorithmsDue(db, algorithms, maxAgeSeconds)
  // A wrong secret fails here, before it could add a key that no instance can read.
  if (due.length > 0) await load(db, secrets)
  const rotated: string[] = []
  for (const alg of due)
    if (await insertSigningKey(db, await makeKey(alg, secrets), { leadSeconds, maxAgeSeconds }, recordRotation(why)))
      rotated.push(alg)
  return rotated
}

function recordRotation(outcome: Extract<AuditEvent, { type: 'key-rotation' }>['outcome']) {
  const context = outcome === 'scheduled' ? WITHOUT_REQUEST : BY_COMMAND
  return (trx: Db) => record(trx, { type: 'key-rotation', outcome }, context)
}

/** What became of each algorithm. */
export interface SoonSigning {
  /** These got a new key. */
  readonly published: readonly SigningAlgorithm[]
  /** These had one that would have signed later: it does so sooner. */
  readonly hastened: readonly SigningAlgorithm[]
  /** The new key of these signs within that time as it is. */
  readonly unchanged: readonly SigningAlgorithm[]
}

/**
 * Has a new key of each algorithm sign in `SHORTEST_LEAD_SECONDS`: the one that is on its way, else one made now.
 * @throws {Error} when a stored key cannot be decrypted; nothing has changed then.
 */
export async function rotateKeysNow(
  db: Db,
  secrets: KnownSecrets,
  algorithms: readonly SigningAlgorithm[] = SIGNING_ALGORITHMS,
): Promise<SoonSigning> {
  await load(db, secrets)
  const leadSeconds = SHORTEST_LEAD_SECONDS
  // In this order: if an instance publishes a key by schedule meanwhile, that one is hastened.
  const made = await rotateKeys(db, secrets, { algorithms, maxAgeSeconds: 0, leadSeconds, why: 'asked-for' })
  const sooner = await db.transaction().execute(async (trx) => {
    const hastened = await hastenSigningKeys(trx, algorithms, leadSeconds)
    if (hastened.length > 0) await recordRotation('asked-for')(trx)
    return hastened
  })
  return {
    published: algorithms.filter((alg) => made.includes(alg)),
    hastened: algorithms.filter((alg) => sooner.includes(alg)),
    unchanged: algorithms.filter((alg) => !made.includes(alg) && !sooner.includes(alg)),
  }
}

/**
 * The answer to a leaked key: each algorithm gets a key that signs at once, and no other one any more. Whatever the
 * withdrawn keys have signed, or anybody else with them, counts nowhere as soon as that has got about; people stay logged
 * in, because refresh tokens do not depend on keys.
 * @returns the ids of the withdrawn keys.
 * @throws {Error} when a stored key cannot be decrypted; nothing has changed then.
 */
export async function replaceLeakedKeys(
  db: Db,
  secrets: KnownSecrets,
  algorithms: readonly SigningAlgorithm[] = SIGNING_ALGORITHMS,
): Promise<readonly string[]> {
  await load(db, secrets)
  const withdrawn: string[] = []
  for (const alg of algorithms)
    withdrawn.push(...(await replaceSigningKeys(db, await makeKey(alg, secrets), recordRotation('leaked'))))
  return withdrawn
}

/**
 * Opens the key ring, making the first key of each algorithm where none exists.
 * @param secrets `KEY_ENCRYPTION_KEY`, and what is accepted beside it
 * @throws {Error} when a stored key cannot be decrypted.
 */
export async function openKeyRing(db: Db, secrets: KnownSecrets): Promise<KeyRing> {
  await rotateKeys(db, secrets)
  let loaded = await load(db, secrets)
  return {
    get jwks() {
      return loaded.jwks
    },
    current(alg) {
      const now = performance.now()
      const key = loaded.keys.findLast((candidate) => candidate.alg === alg && candidate.signsAt <= now)
      if (!key) throw new Error(`no signing key for ${alg}`)
      return key
    },
    async reload() {
      loaded = await load(db, secrets)
    },
  }
}
