// The login page: e-mail address and password, then a fresh session (a new id at each login, against fixation).
import type { FastifyInstance } from 'fastify'
import { ofRequest } from '../../audit/context.ts'
import { record } from '../../audit/record.ts'
import { sha256 } from '../../crypto/digest.ts'
import { randomSecret } from '../../crypto/random.ts'
import type { Deps } from '../../deps.ts'
import { allowOnly } from '../../http/methods.ts'
import { networksOf } from '../../http/network.ts'
import { authenticatedBy } from '../../identity/acr.ts'
import { emailKey } from '../../identity/email.ts'
import { authenticate } from '../../identity/local-account.ts'
import { sendPage } from '../../pages/send-page.ts'
import { signIn } from '../../store/queries/sign-in.ts'
import { findAddressKnownTo, findPersonByEmail } from '../../store/tables/people.ts'
import { PATHS } from '../paths.ts'
import { browserProof, sessionToken } from '../session.ts'
import type { Visit, VisitFlow, VisitRequest } from '../visit.ts'
import { loginPage, type SignInProblem } from './view.ts'

const SESSION_TTL_SECONDS = 14 * 24 * 3600

export function addLogin(
  app: FastifyInstance,
  { db, config, cookies, limits, metrics }: Deps,
  visits: VisitFlow,
): void {
  const url = PATHS.login

  /** What the app hints at; an ID token of its own shows it no address that it may not know. */
  const expectedAddress = async ({ pending, session }: Visit): Promise<string> => {
    const { loginHint, expectedPersonId } = pending.request
    if (loginHint !== undefined || expectedPersonId === undefined) return loginHint ?? ''
    if (session?.personId === expectedPersonId) return session.email ?? ''
    return (await findAddressKnownTo(db, { personId: expectedPersonId, applicationId: pending.applicationId })) ?? ''
  }

  app.get(url, { config: { errors: 'page' } }, async (request: VisitRequest, reply) => {
    const visit = await visits.open(request, reply)
    if (!visit) return reply
    const { pending, binding } = visit
    return sendPage(reply, loginPage({ pending, binding, email: await expectedAddress(visit) }))
  })

  app.post(url, { config: { errors: 'page' } }, async (request: VisitRequest, reply) => {
    const visit = await visits.open(request, reply)
    if (!visit) return reply
    const { pending, binding, form, secret } = visit
    const email = form.get('email') ?? ''
    const again = (problem: SignInProblem) => sendPage(reply.code(422), loginPage({ pending, binding, email, problem }))

    const account = emailKey(email)
    if (email !== '' && account === undefined) return again('noAddress')
    const { applicationId } = pending
    const attempt = await limits.signInGuesses.admit(account ?? '', request.ip)
    if (attempt.waitSeconds > 0) {
      metrics.signIns.inc({ outcome: 'refused' })
      reply.header('retry-after', String(attempt.waitSeconds))
      return sendPage(reply.code(429), loginPage({ pending, binding, email, problem: 'tooMany' }))
    }
    const credentials = { email, password: form.get('password') ?? '' }
    const person = await authenticate(db, config, credentials, networksOf(request.ip)).catch(async (error: unknown) => {
      // Nobody has looked at the password.
      await attempt.takeBack()
      throw error
    })
    if (!person) {
      metrics.signIns.inc({ outcome: 'wrong-credentials' })
      const personId = account === undefined ? undefined : (await findPersonByEmail(db, account))?.id
      const whose = { applicationId, ...(personId !== undefined && { personId }) }
      await record(db, { type: 'sign-in', outcome: 'wrong-credentials', ...whose }, ofRequest(request))
      return again('noMatch')
    }
    await attempt.takeBack()
    const tokenOf = (signInId: string) => sessionToken(config.cookieSecret, secret, signInId)
    const outcome = await signIn(
      db,
      {
        ...person,
        requestId: pending.id,
        ...authenticatedBy(['pwd']),
        ttlSeconds: SESSION_TTL_SECONDS,
        ...browserProof(cookies, request),
        sessionId: randomSecret(16),
        signInId: randomSecret(16),
        tokenHashOf: (signInId) => sha256(tokenOf(signInId)),
      },
      (trx) =>
        record(
          trx,
          { type: 'sign-in', outcome: 'succeeded', personId: person.personId, applicationId },
          ofRequest(request),
        ),
    )
    if (outcome.kind === 'person changed') return again('personChanged')
    if (outcome.kind === 'done') {
      metrics.signIns.inc({ outcome: 'succeeded' })
      cookies.setSession(reply, tokenOf(outcome.signInId), {
        seconds: SESSION_TTL_SECONDS,
        persists: config.sessionPersists,
      })
    }
    return visits.resume(reply, pending)
  })
  allowOnly(app, url, ['GET', 'POST'])
}
