// The two cookies of this server: which browser this is, and who is signed in.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { randomSecret } from '../crypto/random.ts'

const SECRET = /^[\w-]{43}$/

export type Cookies = Readonly<{
  /** The secret that ties pages and forms to this browser; made on first use. */
  browser(request: FastifyRequest, reply: FastifyReply): string
  /** The browser's secret if it has one. */
  knownBrowser(request: FastifyRequest): string | undefined
  /** The session token, if one came. */
  session(request: FastifyRequest): string | undefined
  setSession(reply: FastifyReply, token: string): void
  clearSession(reply: FastifyReply): void
}>

/**
 * `__Host-` and Secure when the issuer is https; plain names on http loopback, where browsers refuse both.
 * SameSite=Lax: the app opens this server by a top-level navigation, and no other site can post with these cookies.
 */
export const cookiesFor = (issuer: string): Cookies => {
  const secure = issuer.startsWith('https:')
  const name = (plain: string) => (secure ? `__Host-${plain}` : plain)
  const options = { path: '/', httpOnly: true, sameSite: 'lax', secure } as const
  const read = (request: FastifyRequest, plain: string): string | undefined => {
    const value = request.cookies[name(plain)]
    return value !== undefined && SECRET.test(value) ? value : undefined
  }
  const knownBrowser = (request: FastifyRequest) => read(request, 'browser')
  return {
    knownBrowser,
    browser(request, reply) {
      const known = knownBrowser(request)
      if (known) return known
      const fresh = randomSecret()
      reply.setCookie(name('browser'), fresh, options)
      return fresh
    },
    session: (request) => read(request, 'session'),
    setSession(reply, token) {
      reply.setCookie(name('session'), token, options)
    },
    clearSession(reply) {
      reply.clearCookie(name('session'), options)
    },
  }
}
