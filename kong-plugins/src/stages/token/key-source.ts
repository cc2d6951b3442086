// The keys of one issuer, kept fresh: one fetch at a time, one per cooldown in the long run, old keys while the server is away.
import type { Clock } from '../../clock.ts'
import type { FetchKeys } from './fetch-keys.ts'
import { candidates, type KeyHint, type KeySet, type PublishedKey, readKeySet } from './keys.ts'

/**
 * What is known about the keys of a token. `found` may be none: the id is known, but not for that algorithm.
 * `unavailable` = it cannot be told now, which is our fault and not the token's.
 */
export type Lookup =
  | { readonly kind: 'found'; readonly keys: readonly PublishedKey[] }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unavailable' }

/** The published keys of one address. */
export interface KeySource {
  /** Whether a key is published now, without waiting; for tokens verified before. */
  publishes(key: PublishedKey): boolean
  /** Looks the keys of a token up, fetching the set when its id is new, if need be right after another fetch. Never throws. */
  find(hint: KeyHint): Promise<Lookup>
  /** The keys of a token among those at hand. */
  known(hint: KeyHint): readonly PublishedKey[]
  /**
   * The keys of a token that none of `tried` has signed: fetches the set, as for a new id, since an issuer may publish a
   * new key under an old id. Never throws.
   */
  findOthers(hint: KeyHint, tried: readonly PublishedKey[]): Promise<readonly PublishedKey[]>
  /** Fetches the set unless that was done within the cooldown. Never throws. */
  refresh(): Promise<void>
  /** Whether there are keys to decide by. */
  isUsable(): boolean
  /** Milliseconds since the set was last fetched; infinite before the first time. */
  ageMillis(): number
  /** Fetches that failed, since the start. */
  readonly failures: number
}

/** Where the key source gets its documents and its time from, and whom it tells about trouble. */
export interface KeySourceDependencies {
  readonly clock: Clock
  readonly fetchKeys: FetchKeys
  readonly log: { info(details: object, message: string): void; warn(details: object, message: string): void }
}

/**
 * Time for each fetch, in milliseconds. It belongs to the address, not to a key id or a token: inventing ids or
 * signatures cannot cause more.
 */
const COOLDOWN_MILLIS = 10_000
/**
 * Unknown ids and signatures that do not match may cause so many fetches at once, and wait for the cooldowns of all of
 * them afterwards: keys may change right after they were fetched, and a key that replaces a leaked one signs at once.
 */
const AT_ONCE = 2
/** The cooldown while no keys were ever loaded, so that the gateway is ready soon after the authorization server. */
const FIRST_LOAD_COOLDOWN_MILLIS = 1000
/** Keys that could not be confirmed for this long are not trusted any more. */
export const MAX_AGE_MILLIS = 24 * 60 * 60 * 1000

/** Creates the source for one address; it fetches nothing until asked. */
export function createKeySource(uri: string, { clock, fetchKeys, log }: KeySourceDependencies): KeySource {
  let keys: KeySet | undefined
  let loadedAt = Number.NEGATIVE_INFINITY
  let attemptedAt = Number.NEGATIVE_INFINITY
  /** When the cooldowns of all fetches so far, one after the other, will be over. */
  let coolAt = Number.NEGATIVE_INFINITY
  let lastAttemptFailed = false
  let failures = 0
  let inFlight: Promise<void> | undefined

  const trusted = (): KeySet | undefined => (clock.monotonic() - loadedAt < MAX_AGE_MILLIS ? keys : undefined)

  async function load(): Promise<void> {
    try {
      const next = await readKeySet(await fetchKeys(uri), keys)
      keys = next // also an empty set: an issuer that withdraws every key means it
      loadedAt = clock.monotonic()
      lastAttemptFailed = false
      log.info({ jwksUri: uri, keyIds: [...new Set(next.map(({ keyId }) => keyId))] }, 'signing keys loaded')
    } catch (error) {
      lastAttemptFailed = true
      failures += 1
      log.warn({ jwksUri: uri, err: error, keepingOldKeys: trusted() !== undefined }, 'signing keys not loaded')
    } finally {
      inFlight = undefined
    }
  }

  function fetchIf(allowed: (now: number, cooldown: number) => boolean): Promise<void> {
    if (inFlight) return inFlight
    const now = clock.monotonic()
    const cooldown = keys ? COOLDOWN_MILLIS : FIRST_LOAD_COOLDOWN_MILLIS
    if (!allowed(now, cooldown)) return Promise.resolve()
    attemptedAt = now
    coolAt = Math.max(coolAt, now) + cooldown
    inFlight = load()
    return inFlight
  }

  const refresh = () => fetchIf((now, cooldown) => now - attemptedAt >= cooldown)
  const refreshForUnknown = () => fetchIf((now, cooldown) => coolAt - now <= (AT_ONCE - 1) * cooldown)

  /** What of the set concerns a token; undefined when it knows neither its id nor, without one, its algorithm. */
  function lookUp(hint: KeyHint): readonly PublishedKey[] | undefined {
    const set = trusted() ?? []
    const found = candidates(set, hint)
    const isKnown = hint.keyId === undefined ? found.length > 0 : set.some(({ keyId }) => keyId === hint.keyId)
    return isKnown ? found : undefined
  }

  return {
    publishes: (key) => trusted()?.includes(key) === true,
    known: (hint) => lookUp(hint) ?? [],
    refresh,
    isUsable: () => trusted() !== undefined,
    ageMillis: () => clock.monotonic() - loadedAt,
    get failures() {
      return failures
    },
    async find(hint) {
      if (!lookUp(hint)) await (keys ? refreshForUnknown() : refresh())
      const found = lookUp(hint)
      if (found) return { kind: 'found', keys: found }
      // With the server away nobody can say that a new key does not exist: that is no reason to log a user out.
      return trusted() && !lastAttemptFailed ? { kind: 'unknown' } : { kind: 'unavailable' }
    },
    async findOthers(hint, tried) {
      await refreshForUnknown()
      return lookUp(hint)?.filter((key) => !tried.includes(key)) ?? []
    },
  }
}
