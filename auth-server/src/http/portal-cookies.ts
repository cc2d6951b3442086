// The cookies of the developer portal: one for who is signed in there, and one for each of its sign-ins under way.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { cookieBasics, cookiesOf } from './cookies.ts'

/** Sign-ins of one browser that can be under way at once; when one more begins, the oldest is given up. */
const MAX_SIGN_INS = 5
/** As long as a visit lives. */
const SIGN_IN_SECONDS = 3600

const ID = /^[\w-]{22}$/
const SECRET = /^[\w-]{43}$/
const SIGN_IN = /^(\d{10})\.([\w-]{43})\.([\w-]{1,700})$/

/** A sign-in under way: its id stands in `state`. */
export interface PortalSignIn {
  readonly id: string
  /** Ties it to this browser; of it are made `state`, `nonce` and the code verifier. */
  readonly secret: string
  /** The page that it leads back to, a short one. */
  readonly returnTo: string
}

export interface PortalCookies {
  /** The tokens that came; more than one only where somebody else has set one as well. */
  sessions(request: FastifyRequest): readonly string[]
  /** Until the browser ends: whoever is still signed in here is let in again without a page. */
  setSession(reply: FastifyReply, token: string): void
  clearSession(reply: FastifyReply): void
  signIns(request: FastifyRequest): readonly PortalSignIn[]
  beginSignIn(reply: FastifyReply, signIn: PortalSignIn): void
  /** It counts once. */
  endSignIn(reply: FastifyReply, id: string): void
}

/** Named and kept as those of `cookiesFor`. */
export function portalCookiesFor(issuer: string): PortalCookies {
  const { prefix, options } = cookieBasics(issuer)
  const sessionName = `${prefix}portal`
  const signInPrefix = `${prefix}portal-sign-in-`

  function begun(request: FastifyRequest): readonly (PortalSignIn & Readonly<{ at: number }>)[] {
    return cookiesOf(request).flatMap(([name, value]) => {
      const id = name.startsWith(signInPrefix) ? name.slice(signInPrefix.length) : ''
      const [, at, secret, path] = SIGN_IN.exec(value) ?? []
      if (!ID.test(id) || at === undefined || secret === undefined || path === undefined) return []
      return [{ id, secret, returnTo: Buffer.from(path, 'base64url').toString(), at: Number(at) }]
    })
  }

  return {
    sessions(request) {
      const tokens = cookiesOf(request).flatMap(([name, value]) =>
        name === sessionName && SECRET.test(value) ? value : [],
      )
      return [...new Set(tokens)]
    },
    setSession: (reply, token) => void reply.setCookie(sessionName, token, options),
    clearSession(reply) {
      if (cookiesOf(reply.request).some(([name]) => name === sessionName)) reply.clearCookie(sessionName, options)
    },
    signIns: begun,
    beginSignIn(reply, { id, secret, returnTo }) {
      const oldestFirst = [...begun(reply.request)].sort((one, other) => one.at - other.at)
      const tooMany = Math.max(oldestFirst.length + 1 - MAX_SIGN_INS, 0)
      for (const old of oldestFirst.slice(0, tooMany)) reply.clearCookie(signInPrefix + old.id, options)
      const value = `${Math.floor(Date.now() / 1000)}.${secret}.${Buffer.from(returnTo).toString('base64url')}`
      reply.setCookie(signInPrefix + id, value, { ...options, maxAge: SIGN_IN_SECONDS })
    },
    endSignIn: (reply, id) => void reply.clearCookie(signInPrefix + id, options),
  }
}
