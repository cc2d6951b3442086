// Who is shown the pages of a development machine: whoever sits in front of it.
import type { FastifyRequest } from 'fastify'
import { isLoopbackAddress } from '../http/outbound/public-address.ts'

/**
 * Not from another machine, whatever it says in Host; not by a tunnel, and not by a name that somebody else's DNS leads
 * here: those pages could read what ours says.
 */
export function isOnThisMachine({ host, headers, socket }: FastifyRequest, issuer: string): boolean {
  // A socket of both families has IPv4 addresses in the form of IPv6 (RFC 4291 §2.5.5.2).
  if (!isLoopbackAddress((socket.remoteAddress ?? '').replace(/^::ffff:/, ''))) return false
  const isForwarded = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'via'].some((name) => name in headers)
  return host === new URL(issuer).host && !isForwarded
}
