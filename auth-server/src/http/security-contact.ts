// GET /.well-known/security.txt (RFC 9116): whom to tell of a weakness; not there unless the operator says whom.
import type { FastifyInstance } from 'fastify'
import { allowOnly } from './methods.ts'

const PATH = '/.well-known/security.txt'
const DAY_SECONDS = 24 * 3600
/** The setting is read at each start, so what is told is of now; §2.5.5 wants less than a year. */
const GOOD_FOR_DAYS = 180

export function addSecurityContact(
  app: FastifyInstance,
  { issuer, securityContacts }: Readonly<{ issuer: string; securityContacts: readonly string[] }>,
): void {
  if (securityContacts.length === 0) return
  app.get(PATH, { exposeHeadRoute: true }, async (_request, reply) => {
    const lines = [
      ...securityContacts.map((contact) => `Contact: ${contact}`),
      `Expires: ${expiry(new Date())}`,
      `Canonical: ${issuer}${PATH}`,
    ]
    reply.type('text/plain; charset=utf-8').header('cache-control', `public, max-age=${DAY_SECONDS}`)
    return `${lines.join('\n')}\n`
  })
  allowOnly(app, PATH, ['GET', 'HEAD'])
}

/** The same for a whole day. */
function expiry(now: Date): string {
  const day = Math.floor(now.getTime() / 1000 / DAY_SECONDS) + GOOD_FOR_DAYS
  return new Date(day * DAY_SECONDS * 1000).toISOString().replace('.000Z', 'Z')
}
