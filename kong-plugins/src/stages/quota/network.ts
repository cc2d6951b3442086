// The network that an address belongs to: what belongs to one customer is counted together.
import { networkFront } from '@mobile-api-gateway/sdk/network.ts'

/** Of IPv6 the first 64 bits: all addresses behind them belong to one customer, who would never run out of them. */
export function networkOf(address: string): string {
  const front = networkFront(address, 4)
  return front !== address && front.includes(':') ? `${front}::/64` : front
}
