// The end of every way of proving who one is (password, passkey, another provider, sign-up): a session in this browser.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ofRequest } from '../audit/context.ts'
import { record } from '../audit/record.ts'
import { sha256 } from '../crypto/digest.ts'
import { randomSecret } from '../crypto/random.ts'
import type { Deps } from '../deps.ts'
import { noteCaller, pseudonymOf } from '../http/caller.ts'
import { isOffered, waysOf } from '../identity/federation/offered.ts'
import { STRONG_SESSIONS } from '../identity/roles.ts'
import type { AddedClaims } from '../store/added-claims.ts'
import type { Trx } from '../store/database.ts'
import { signIn, type UpstreamSession } from '../store/queries/sign-in.ts'
import type { UpstreamSubject } from '../store/tables/upstream-logins.ts'
import { appNameOf } from './app-looks.ts'
import { noteBrowser } from './new-browser.ts'
import { resumePath } from './paths.ts'
import { browserProof, sessionTokens, tokenOfHash } from './session.ts'
import type { Visit } from './visit.ts'

export const SESSION_TTL_SECONDS = 14 * 24 * 3600

/** Who has just been authenticated, and how. */
export interface ProvenPerson {
  readonly personId: string
  /** The person's when the proof was looked at. */
  readonly authEpoch: number
  /** Authentication context class (OpenID Connect Core §2). */
  readonly acr: string
  /** Authentication methods (RFC 8176). */
  readonly amr: readonly string[]
  /** Of the provider that says so; null: an account of this server. */
  readonly issuer: string | null
  /** What that provider told, as claims for tokens. */
  readonly addedClaims?: AddedClaims
  /** Who that is there, and what the provider calls the sign-in, if it does. */
  readonly upstream?: UpstreamSession
  /** By which the person is known there: it has to be theirs still. */
  readonly identity?: UpstreamSubject
  /** That was shown: it has to count still. */
  readonly passkeyId?: string
  /** The address that was typed, in its canonical form. */
  readonly account?: string
  /** The person has just proven their address in this browser. */
  readonly isExpected?: boolean
}

/**
 * Signs the person in with a fresh session (a new id at each login, against fixation) and leads on with the visit; or,
 * as `person changed`, does nothing, because the person's epoch has moved on since the proof was looked at, or the passkey,
 * or the account elsewhere, is theirs no more. In a way that the visit does not offer nobody is signed in, whatever page it
 * came from.
 * @param also what belongs to the sign-in, in its transaction and before the browser hears of it
 */
export async function completeSignIn(
  deps: Pick<Deps, 'db' | 'config' | 'cookies' | 'metrics' | 'limits' | 'mailer' | 'providers'>,
  request: FastifyRequest,
  reply: FastifyReply,
  { pending, secret }: Visit,
  { account, isExpected, ...person }: ProvenPerson,
  also: (trx: Trx) => Promise<unknown> = async () => {},
): Promise<'done' | 'person changed'> {
  const { db, config, cookies, metrics, providers } = deps
  if (!isOffered(waysOf(providers, pending), person)) {
    reply.redirect(resumePath(pending.id), 303)
    return 'done'
  }
  const app = pending.app && appNameOf(pending)
  const browser = await noteBrowser(deps, request, reply, { personId: person.personId, account, isExpected, app })
  const tokensOf = (signInId: string) => sessionTokens(config.cookieSecrets, secret, signInId)
  const whose = { personId: person.personId, ...(pending.app && { applicationId: pending.app.applicationId }) }
  const outcome = await signIn(
    db,
    {
      ...person,
      requestId: pending.id,
      ttlSeconds: SESSION_TTL_SECONDS,
      persists: config.sessionPersists,
      strong: STRONG_SESSIONS,
      ...browserProof(cookies, request),
      sessionId: randomSecret(16),
      signInId: randomSecret(16),
      tokenHashesOf: (signInId) => tokensOf(signInId).map(sha256),
    },
    async (trx) => {
      await record(trx, { type: 'sign-in', outcome: 'succeeded', ...whose }, ofRequest(request))
      await browser.note(trx)
      await also(trx)
    },
  )
  if (outcome.kind === 'person changed') return outcome.kind
  if (outcome.kind === 'done') {
    metrics.signIns.inc({ outcome: 'succeeded' })
    noteCaller(request, { user: pseudonymOf(config, person.personId) })
    request.log.info({ step: 'signed in', account, note: person.amr.join(', ') }, 'somebody signed in')
    browser.remember()
    cookies.setSession(reply, tokenOfHash(tokensOf(outcome.signInId), outcome.tokenHash), {
      seconds: SESSION_TTL_SECONDS,
      persists: !outcome.endsWithBrowser,
    })
  }
  reply.redirect(resumePath(pending.id), 303)
  return 'done'
}
