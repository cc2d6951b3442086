// Who is signed in in the browser that asks, and the token that its session cookie holds.
import type { FastifyRequest } from 'fastify'
import { hmac, sha256 } from '../crypto/digest.ts'
import { type KnownSecrets, withEach } from '../crypto/secrets.ts'
import type { Deps } from '../deps.ts'
import { noteCaller, pseudonymOf } from '../http/caller.ts'
import type { Cookies } from '../http/cookies.ts'
import { type BrowserProof, findSession, type Session } from '../store/tables/sessions.ts'

/** The session of the browser's cookie, while it is alive. */
export async function currentSession(
  { db, config, cookies }: Deps,
  request: FastifyRequest,
): Promise<Session | undefined> {
  const session = await findSession(db, cookies.sessions(request).map(sha256))
  if (session) noteCaller(request, { user: pseudonymOf(config, session.personId) })
  return session
}

/** What the cookies of a request prove to the database. */
export function browserProof(cookies: Cookies, request: FastifyRequest): BrowserProof {
  return {
    tokenHashes: cookies.sessions(request).map(sha256),
    visits: cookies.visits(request).map(({ id, secret }) => ({ id, browserHash: sha256(secret) })),
  }
}

/**
 * The token of the session that a sign-in opens: the same for each time that its form arrives, so that it does not matter
 * which answer the browser hears. Nobody can know it before: only the browser has the visit's secret, only the database
 * the sign-in's id, which is random, and only this server the key. By each key, since the same form may come again when
 * another one is in use.
 */
export function sessionTokens(cookieSecrets: KnownSecrets, visitSecret: string, signInId: string) {
  return withEach(cookieSecrets, (key) => hmac(key, 'session', visitSecret, signInId))
}

/** Of those the one that a session has; the first where none is known. */
export function tokenOfHash(tokens: ReturnType<typeof sessionTokens>, tokenHash: string): string {
  return tokens.find((token) => sha256(token) === tokenHash) ?? tokens[0]
}
