// The end of every way of showing a second factor: the session rises, under a new token, and the visit goes on.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ofRequest } from '../../audit/context.ts'
import type { AuditEvent } from '../../audit/events.ts'
import { record } from '../../audit/record.ts'
import { sha256 } from '../../crypto/digest.ts'
import { randomSecret } from '../../crypto/random.ts'
import type { Deps } from '../../deps.ts'
import { pathParameter } from '../../http/request-path.ts'
import { authenticatedBy, type Method } from '../../identity/acr.ts'
import type { UseCode } from '../../identity/second-factors/prove.ts'
import { findUnheardStepUp, stepUp } from '../../store/queries/step-up.ts'
import { SESSION_TTL_SECONDS } from '../complete-sign-in.ts'
import { resumePath } from '../paths.ts'
import { sessionTokens, tokenOfHash } from '../session.ts'
import type { SignedInVisit } from '../visit.ts'

type StepUpDeps = Pick<Deps, 'db' | 'config' | 'cookies'>

/** What was shown, and by what it is used up. */
export interface ShownFactor {
  readonly methods: readonly Method[]
  readonly use: UseCode
  readonly outcome: Extract<AuditEvent, { type: 'second-factor' }>['outcome'] & ('succeeded' | 'recovery-code-used')
}

/** Raises the session and leads on with the visit; `used` when somebody else has used the code up. */
export async function completeStepUp(
  { db, config, cookies }: StepUpDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { pending, session, secret }: SignedInVisit,
  { methods, use, outcome }: ShownFactor,
): Promise<'done' | 'used'> {
  const tokensOf = (signInId: string) => sessionTokens(config.cookieSecrets, secret, signInId)
  const { personId } = session
  const whose = { personId, ...(pending.app && { applicationId: pending.app.applicationId }) }
  const done = await stepUp(
    db,
    {
      requestId: pending.id,
      browserHash: pending.browserHash,
      sessionId: session.id,
      tokenHashes: cookies.sessions(request).map(sha256),
      signInId: randomSecret(16),
      tokenHashesOf: (signInId) => tokensOf(signInId).map(sha256),
      raise: (before) => authenticatedBy(methods, before),
    },
    use,
    (trx) => record(trx, { type: 'second-factor', outcome, ...whose }, ofRequest(request)),
  )
  if (done.kind === 'not proven') return 'used'
  if (done.kind === 'done') {
    const lifetime = { seconds: SESSION_TTL_SECONDS, persists: !session.endsWithBrowser }
    cookies.setSession(reply, tokenOfHash(tokensOf(done.signInId), done.tokenHash), lifetime)
  }
  reply.redirect(resumePath(pending.id), 303)
  return 'done'
}

/** Hands the new token over once more when the form comes again with the old one: the first answer was not heard. */
export async function repeatStepUp(
  { db, config, cookies }: StepUpDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<boolean> {
  const requestId = pathParameter(request, 'request') ?? ''
  const secrets = cookies.secretsOf(request, requestId)
  const tokenHashes = cookies.sessions(request).map(sha256)
  if (secrets.length === 0 || tokenHashes.length === 0) return false
  const unheard = await findUnheardStepUp(db, { requestId, browserHashes: secrets.map(sha256), tokenHashes })
  const secret = secrets.find((candidate) => sha256(candidate) === unheard?.browserHash)
  if (!unheard || secret === undefined) return false
  const token = tokenOfHash(sessionTokens(config.cookieSecrets, secret, unheard.signInId), unheard.tokenHash)
  // Signed in once more since then: what this browser holds is older than that.
  if (sha256(token) !== unheard.tokenHash) return false
  cookies.setSession(reply, token, { seconds: SESSION_TTL_SECONDS, persists: !unheard.endsWithBrowser })
  reply.redirect(resumePath(requestId), 303)
  return true
}
