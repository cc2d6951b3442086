// Who is shown the pages of a development machine: whoever sits in front of it.
import type { FastifyRequest } from 'fastify'

/** Not by a tunnel, and not by a name that somebody else's DNS leads here: those pages could read what ours says. */
export function isOnThisMachine({ host, headers }: FastifyRequest, issuer: string): boolean {
  const isForwarded = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'via'].some((name) => name in headers)
  return host === new URL(issuer).host && !isForwarded
}
