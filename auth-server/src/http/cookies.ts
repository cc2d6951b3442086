// The cookies of this server: one for each visit under way in this browser, and one for who is signed in.
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Visits of one browser that can be under way at once; when one more begins, the oldest is given up. */
const MAX_VISITS = 10
/** A visit lives for an hour; for one more its cookie tells whose it was, to the pages that say how it ended. */
const VISIT_SECONDS = 2 * 3600
/** Cookies that one answer takes away at most, so that no heap of them makes its headers too long for a proxy. */
const MAX_DROPPED = 10

/** A browser is known to an account for a year after its last sign-in there. */
const KNOWN_SECONDS = 365 * 24 * 3600
const KNOWN = /^[\w-]{33}$/
/** More than these are not looked at. */
const MAX_KNOWN = 10

const VISIT_ID = /^[\w-]{22}$/
const SECRET = /^[\w-]{43}$/
// When the visit began, in Unix seconds, stands before its secret: the order in which cookies come promises nothing. 0
// stands there when it has ended.
const VISIT = /^(0|\d{10})\.([\w-]{43})$/

/** The token of the link that makes the first administrator, between the link and the page that it leads to. */
const SETUP = /^[\w-]{22}\.[\w-]{43}$/

/** A visit (by its id, as the addresses of its pages have it) and the secret that ties it to one browser. */
export interface VisitCookie {
  readonly id: string
  readonly secret: string
}

/** How long a cookie is kept: so many seconds, or where it does not persist, until the browser ends. */
export interface Lifetime {
  readonly seconds: number
  readonly persists: boolean
}

export interface Cookies {
  /** The visits whose cookies came. One visit is here twice where two values came for it. */
  visits(request: FastifyRequest): readonly VisitCookie[]
  /** The secrets that came for one visit. */
  secretsOf(request: FastifyRequest, id: string): readonly string[]
  /** Hands over a new visit's secret, and gives up the oldest of those that came with this request when there are too many. */
  beginVisit(reply: FastifyReply, visit: VisitCookie): void
  /** Gives up the oldest other visits that came, when there are too many. */
  keepVisit(reply: FastifyReply, id: string): void
  /** Notes in the cookie of a visit, if it came, that it has ended: it is the first to go when there are too many. */
  endVisit(reply: FastifyReply, id: string): void
  /** The session tokens that came; more than one only where somebody else has set one as well. */
  sessions(request: FastifyRequest): readonly string[]
  setSession(reply: FastifyReply, token: string, lifetime: Lifetime): void
  /** Takes away the session cookie, if one came. */
  clearSession(reply: FastifyReply): void
  /** By what accounts know this browser (identity/sign-in-guesses.ts). */
  known(request: FastifyRequest): readonly string[]
  setKnown(reply: FastifyReply, tokens: readonly string[]): void
  /** The secrets by which a browser that signs out at a provider is known when it comes back. */
  signOuts(request: FastifyRequest): readonly string[]
  setSignOut(reply: FastifyReply, secret: string, seconds: number): void
  /** The token of the link that makes the first administrator; empty where none came. */
  setup(request: FastifyRequest): string
  setSetup(reply: FastifyReply, token: string, seconds: number): void
  /** Takes it away, if it came. */
  clearSetup(reply: FastifyReply): void
  /** The secrets that tie trials (oauth/authorize/trial.ts) to this browser. */
  trials(request: FastifyRequest): readonly string[]
  setTrial(reply: FastifyReply, secret: string, seconds: number): void
}

/**
 * `__Host-` and Secure when the issuer is https; without both on http loopback, where browsers refuse them. The names
 * are no other program's: the ports of a host share its cookies (RFC 6265 §8.5), so a port in the issuer is in them.
 *
 * SameSite=Lax: the app opens this server by a top-level navigation, and no other site can post with these cookies. So
 * what comes from another site comes without any, and nothing here ever takes away a cookie that did not come.
 */
export function cookieBasics(issuer: string) {
  const { protocol, port } = new URL(issuer)
  const secure = protocol === 'https:'
  const prefix = `${secure ? '__Host-' : ''}mobile-gateway-${port && `${port}-`}`
  return { prefix, options: { path: '/', httpOnly: true, sameSite: 'lax', secure } as const }
}

export function cookiesFor(issuer: string): Cookies {
  const { prefix, options } = cookieBasics(issuer)
  const visitPrefix = `${prefix}visit-`
  const sessionName = `${prefix}session`
  const knownName = `${prefix}known`
  const setupName = `${prefix}setup`
  const trialName = `${prefix}trial`
  const signOutName = `${prefix}sign-out`
  const keep = ({ seconds, persists }: Lifetime) => (persists ? { ...options, maxAge: seconds } : options)

  function visitsOf(request: FastifyRequest): readonly (readonly [id: string, value: string])[] {
    return cookiesOf(request).flatMap(([name, value]) => {
      const id = name.startsWith(visitPrefix) ? name.slice(visitPrefix.length) : ''
      return VISIT_ID.test(id) ? [[id, value] as const] : []
    })
  }
  /** Gives up the oldest visits that came beside this one; what has ended, or is no visit, goes first. */
  function makeRoom(reply: FastifyReply, id: string): void {
    const begun = new Map(visitsOf(reply.request).map(([id, value]) => [id, Number(VISIT.exec(value)?.[1] ?? 0)]))
    begun.delete(id)
    const oldestFirst = [...begun].sort(([, one], [, other]) => one - other).map(([id]) => id)
    const tooMany = Math.min(Math.max(oldestFirst.length + 1 - MAX_VISITS, 0), MAX_DROPPED)
    for (const id of oldestFirst.slice(0, tooMany)) reply.clearCookie(visitPrefix + id, options)
  }
  function visits(request: FastifyRequest): readonly VisitCookie[] {
    return visitsOf(request).flatMap(([id, value]) => {
      const [, , secret] = VISIT.exec(value) ?? []
      return secret === undefined ? [] : [{ id, secret }]
    })
  }
  function secretsBy(request: FastifyRequest, name: string): readonly string[] {
    const secrets = cookiesOf(request).flatMap(([sent, value]) => (sent === name && SECRET.test(value) ? value : []))
    return [...new Set(secrets)]
  }
  function setVisit(reply: FastifyReply, { id, secret }: VisitCookie, begun: number): void {
    reply.setCookie(visitPrefix + id, `${begun}.${secret}`, keep({ seconds: VISIT_SECONDS, persists: true }))
  }

  return {
    visits,
    secretsOf: (request, id) => visits(request).flatMap((visit) => (visit.id === id ? visit.secret : [])),
    beginVisit(reply, visit) {
      makeRoom(reply, visit.id)
      setVisit(reply, visit, Math.floor(Date.now() / 1000))
    },
    keepVisit: (reply, id) => makeRoom(reply, id),
    endVisit(reply, id) {
      const visit = visits(reply.request).findLast((visit) => visit.id === id)
      if (visit) setVisit(reply, visit, 0)
    },
    sessions: (request) => secretsBy(request, sessionName),
    setSession(reply, token, lifetime) {
      reply.setCookie(sessionName, token, keep(lifetime))
    },
    clearSession(reply) {
      if (cookiesOf(reply.request).some(([name]) => name === sessionName)) reply.clearCookie(sessionName, options)
    },
    known: (request) =>
      cookiesOf(request)
        .flatMap(([name, value]) => (name === knownName ? value.split('.') : []))
        .filter((token) => KNOWN.test(token))
        .slice(0, MAX_KNOWN),
    setKnown(reply, tokens) {
      reply.setCookie(knownName, tokens.join('.'), keep({ seconds: KNOWN_SECONDS, persists: true }))
    },
    signOuts: (request) => secretsBy(request, signOutName),
    setSignOut: (reply, secret, seconds) =>
      void reply.setCookie(signOutName, secret, keep({ seconds, persists: true })),
    setup: (request) => cookiesOf(request).find(([name, value]) => name === setupName && SETUP.test(value))?.[1] ?? '',
    setSetup: (reply, token, seconds) => void reply.setCookie(setupName, token, keep({ seconds, persists: true })),
    clearSetup(reply) {
      if (cookiesOf(reply.request).some(([name]) => name === setupName)) reply.clearCookie(setupName, options)
    },
    trials: (request) => secretsBy(request, trialName),
    setTrial: (reply, secret, seconds) => void reply.setCookie(trialName, secret, keep({ seconds, persists: true })),
  }
}

// Every pair as it came. A parser that makes an object of them keeps one of two cookies with one name, and a cookie for
// a longer path, which any program on this host can set, comes first (RFC 6265 §5.4).
export function cookiesOf({ headers }: FastifyRequest): readonly (readonly [name: string, value: string])[] {
  return (headers.cookie ?? '').split(';').flatMap((pair) => {
    const end = pair.indexOf('=')
    return end < 0 ? [] : [[pair.slice(0, end).trim(), pair.slice(end + 1).trim()] as const]
  })
}
