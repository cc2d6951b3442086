// Attempts, counted per key or per address in fixed windows: after too many, the next one waits. In memory, bounded in size.
import { networksOf } from '../http/network.ts'
import { NETWORKS_OF_A_SITE } from './table.ts'

export interface AttemptLimit {
  /** Seconds until this key may try again, 0 when it may now. */
  waitSeconds(key: string): number
  /** Whether nothing of it is counted at present. */
  isFree(key: string): boolean
  /** Counts an attempt, or something that weighs as much as several. */
  note(key: string, weight?: number): void
}

/**
 * @param attempts that a key may have within `windowSeconds`.
 * @param maxKeys remembered at once; beyond that the oldest window is forgotten.
 * @param now seconds of a clock that never goes back.
 */
export function limitAttempts(
  attempts: number,
  windowSeconds: number,
  { maxKeys = 10_000, now = () => performance.now() / 1000 } = {},
): AttemptLimit {
  // In the order in which windows began, so the first one is the oldest.
  const windows = new Map<string, { count: number; endsAt: number }>()
  const open = (key: string) => {
    const window = windows.get(key)
    return window && window.endsAt > now() ? window : undefined
  }
  return {
    waitSeconds(key) {
      const window = open(key)
      return window && window.count >= attempts ? Math.ceil(window.endsAt - now()) : 0
    },
    isFree: (key) => open(key) === undefined,
    note(key, weight = 1) {
      const window = open(key)
      if (window) {
        window.count += weight
        return
      }
      windows.delete(key)
      const [oldest] = windows.keys()
      if (windows.size >= maxKeys && oldest !== undefined) windows.delete(oldest)
      windows.set(key, { count: weight, endsAt: now() + windowSeconds })
    },
  }
}

export interface AddressLimit {
  /** Seconds until somebody at this address may try again, 0 for now. @param about what is tried, where that counts apart. */
  waitSeconds(address: string, about?: string): number
  /** Whether nothing of the address is counted at present. */
  isFree(address: string, about?: string): boolean
  note(address: string, options?: Readonly<{ about?: string; weight?: number }>): void
}

/** The same by address: an IPv4 address, an IPv6 network of one subscriber (/64), and all of a site (/48) together. */
export function limitAddresses(attempts: number, windowSeconds: number): AddressLimit {
  const network = limitAttempts(attempts, windowSeconds)
  const site = limitAttempts(attempts * NETWORKS_OF_A_SITE, windowSeconds)
  const counters = (address: string, about: string) =>
    networksOf(address)
      .toReversed()
      .map((name, width) => ({ limit: width === 0 ? network : site, key: `${name} ${about}` }))
  return {
    waitSeconds: (address, about = '') =>
      Math.max(...counters(address, about).map(({ limit, key }) => limit.waitSeconds(key))),
    isFree: (address, about = '') => counters(address, about).every(({ limit, key }) => limit.isFree(key)),
    note(address, { about = '', weight = 1 } = {}) {
      for (const { limit, key } of counters(address, about)) limit.note(key, weight)
    },
  }
}
