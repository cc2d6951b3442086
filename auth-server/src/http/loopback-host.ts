// One name for this machine: a page opened as 127.0.0.1 while the issuer says localhost would have neither cookies nor forms.
import { rangeOf, withoutBrackets } from '@mobile-api-gateway/sdk/network.ts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { IsVisited } from './visited-path.ts'

const LOCALHOST = /^(?:.+\.)?localhost\.?$/
/** The unspecified address leads to the machine itself, too. */
const UNSPECIFIED: ReadonlySet<string> = new Set(['0.0.0.0', '[::]'])

function isThisMachine(host: string): boolean {
  return LOCALHOST.test(host) || UNSPECIFIED.has(host) || rangeOf(withoutBrackets(host)) === 'loopback'
}

/** Whether a request came by another of this machine's own names than the issuer's. Behind a proxy the port differs. */
export function isMisnamedLoopback(
  { hostname, port }: Pick<FastifyRequest, 'hostname' | 'port'>,
  issuer: string,
): boolean {
  const named = new URL(issuer)
  const here = hostname.toLowerCase()
  return (
    here !== named.hostname && String(port ?? '') === named.port && isThisMachine(here) && isThisMachine(named.hostname)
  )
}

/** Leads visits to the issuer's own name, where both names are this machine's and nowhere else. */
export function leadToIssuer(app: FastifyInstance, issuer: string, isVisited: IsVisited): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (request.method !== 'GET' || !request.url.startsWith('/') || !isVisited(request.url)) return done()
    if (isMisnamedLoopback(request, issuer)) reply.redirect(issuer + request.url, 303)
    else done()
  })
}
