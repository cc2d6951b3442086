// The keys under which an attempt is counted in the database.
import { hmac } from '../crypto/digest.ts'
import { networksOf } from '../http/network.ts'
import type { CountedKey } from '../store/tables/attempts.ts'
import { LIMITS, type LimitName, type LimitSetting, NETWORKS_OF_A_SITE } from './table.ts'

/** The limits whose attempts all instances count together, by key. */
export type SharedLimitName = {
  [Name in LimitName]: (typeof LIMITS)[Name] extends { by: string; windowSeconds: number } ? Name : never
}[LimitName]

/** Who tries, and what; each limit takes of it what it counts by. */
export interface Attempted {
  readonly address?: string
  readonly about?: string
}

/** What the settings say; 0 for any number. */
export type LimitSettings = Readonly<Record<LimitSetting, number>>

/**
 * One key; of a limit by address two, where the address is in an IPv6 network of one subscriber (/64), which is in that of
 * a site (/48): the narrowest first, as `countAttempt` wants them. None where the limit is switched off. Nobody who reads
 * the keys learns an address, nor what was tried.
 */
export function countedKeys(
  secret: string,
  settings: LimitSettings,
  limit: SharedLimitName,
  { address = '', about = '' }: Attempted,
): CountedKey[] {
  const { allowed: row, windowSeconds, by } = LIMITS[limit]
  const allowed = typeof row === 'number' ? row : settings[row]
  if (typeof row === 'string' && allowed === 0) return []
  const what = by === 'about' || by === 'address and about' ? about : ''
  const keyOf = (network: string) => hmac(secret, 'attempts', limit, network, what).slice(0, 22)
  if (by === 'about' || by === 'nothing') return [{ key: keyOf(''), allowed, windowSeconds }]
  return networksOf(address)
    .toReversed()
    .map((network, width) => ({
      key: keyOf(network),
      allowed: width === 0 ? allowed : allowed * NETWORKS_OF_A_SITE,
      windowSeconds,
    }))
}
