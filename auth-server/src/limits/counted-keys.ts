// The keys under which an attempt at an address is counted in the database.
import { hmac } from '../crypto/digest.ts'
import { networksOf } from '../http/network.ts'
import type { CountedKey } from '../store/tables/attempts.ts'
import { LIMITS, type LimitName, NETWORKS_OF_A_SITE } from './table.ts'

/** The limits whose attempts all instances count together, by key. */
export type SharedLimitName = {
  [Name in LimitName]: (typeof LIMITS)[Name] extends { held: 'database'; allowed: number; windowSeconds: number }
    ? Name
    : never
}[LimitName]

/**
 * An IPv4 address, an IPv6 network of one subscriber (/64), and all of a site (/48) together: the narrowest first, as
 * `countAttempt` wants them. Nobody who reads the keys learns an address, nor what was tried.
 * @param about what is tried, where that counts apart
 */
export function countedKeys(secret: string, limit: SharedLimitName, address: string, about = ''): CountedKey[] {
  const { allowed, windowSeconds } = LIMITS[limit]
  return networksOf(address)
    .toReversed()
    .map((network, width) => ({
      key: hmac(secret, 'attempts', limit, network, about).slice(0, 22),
      allowed: width === 0 ? allowed : allowed * NETWORKS_OF_A_SITE,
      windowSeconds,
    }))
}
