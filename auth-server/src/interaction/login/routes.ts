// The login page: e-mail address and password.
import { ofRequest } from '../../audit/context.ts'
import { record } from '../../audit/record.ts'
import type { Deps } from '../../deps.ts'
import { networksOf } from '../../http/network.ts'
import { authenticatedBy } from '../../identity/acr.ts'
import { emailKey } from '../../identity/email.ts'
import { type OfferedWays, routedBy, waysOf } from '../../identity/federation/offered.ts'
import { authenticate } from '../../identity/local-account.ts'
import { admitSignInGuess } from '../../identity/sign-in-guesses.ts'
import { PASSKEYS_FIELD } from '../../pages/components/passkey-form.ts'
import { sendPage } from '../../pages/send-page.ts'
import { PORTAL_CLIENT } from '../../store/tables/applications.ts'
import { takeStep } from '../../store/tables/authorization-requests.ts'
import { findAddressKnownTo, findPersonByEmail } from '../../store/tables/people.ts'
import { findWaitingLink, hasBegunUpstream } from '../../store/tables/upstream-logins.ts'
import { completeSignIn } from '../complete-sign-in.ts'
import { isAskedAnew } from '../facts.ts'
import { LOGIN } from '../paths.ts'
import { beginAtProvider, signingIn } from '../provider/begin.ts'
import type { Visit, VisitFlow, VisitPages } from '../visit.ts'
import { passkeyLoginPages } from './passkey.ts'
import { recordRefusal } from './refusal.ts'
import { leavingPage, loginPage, type SignInProblem } from './view.ts'

export function loginPages(deps: Deps, visits: VisitFlow): VisitPages {
  const { db, config, cookies, limits, metrics, providers } = deps
  const canSignUp = config.signUp === 'open'

  /** What the app hints at; an ID token of its own shows it no address that it may not know. */
  const expectedAddress = async ({ pending, session }: Visit): Promise<string> => {
    // Whoever opens a page of this server as its person may well be it again.
    if (!pending.app || pending.app.clientId === PORTAL_CLIENT) return session?.email ?? ''
    const { loginHint, expectedPersonId, hintedPersonId } = pending.request
    if (loginHint !== undefined || expectedPersonId === undefined) return loginHint ?? ''
    if (session?.personId === expectedPersonId) return session.email ?? ''
    if (hintedPersonId === undefined) return ''
    const { applicationId } = pending.app
    return (await findAddressKnownTo(db, { personId: hintedPersonId, applicationId })) ?? ''
  }

  /** Who has come from a provider with the address of an account: signed in to that, they can link the two. */
  const waitingIn = async ({ id }: Visit['pending']) => {
    if (providers.all.length === 0) return undefined
    const waiting = await findWaitingLink(db, { requestId: id })
    return waiting && { label: providers.labelOf(waiting.issuer) ?? waiting.provider, email: waiting.emailKey }
  }

  /** The provider that the visit leads to without a page: once, so that its person can come back and choose another way. */
  const straightOf = async (visit: Visit, { straight }: OfferedWays) => {
    // Whoever asked for another account would be the same person again there.
    if (!straight || straight.isDown() || visit.pending.steps.switch || (await hasBegunUpstream(db, visit.pending.id)))
      return undefined
    return (await visits.isNext(visit, LOGIN)) ? straight : undefined
  }

  return {
    ...passkeyLoginPages(deps, visits),
    login: {
      async GET(request, reply) {
        const visit = await visits.open(request, reply)
        if (!visit) return reply
        const { pending, binding } = visit
        const ways = waysOf(providers, pending)
        const waiting = await waitingIn(pending)
        const straight = waiting || request.method !== 'GET' ? undefined : await straightOf(visit, ways)
        if (straight) return beginAtProvider(deps, request, reply, straight, signingIn(visit))
        const email = waiting?.email ?? (await expectedAddress(visit))
        const isAnew = isAskedAnew(visit)
        return sendPage(reply, loginPage({ pending, binding, canSignUp, providers, ways, waiting, email, isAnew }))
      },
      async POST(request, reply) {
        const visit = await visits.open(request, reply)
        if (!visit) return reply
        const { pending, binding, form } = visit
        const email = form.get('email') ?? ''
        const ways = waysOf(providers, pending)
        const page = (problem: SignInProblem) =>
          loginPage({ pending, binding, canSignUp, providers, ways, email, problem })
        const again = (problem: SignInProblem) => sendPage(reply.code(422), page(problem))
        if (!ways.own) return sendPage(reply.code(403), page('notOffered'))

        const account = emailKey(email)
        if (email !== '' && account === undefined) return again('noAddress')
        // Whether or not there is such an account.
        const routed = routedBy(ways, account)
        const password = form.get('password') ?? ''
        if (routed && password === '') return beginAtProvider(deps, request, reply, routed, signingIn(visit))
        const guess = { account: account ?? '', address: request.ip, tokens: cookies.known(request) }
        const attempt = await admitSignInGuess(limits, config.cookieSecrets, guess)
        if (attempt.waitSeconds > 0) {
          metrics.signIns.inc({ outcome: 'refused' })
          reply.header('retry-after', String(attempt.waitSeconds))
          return sendPage(reply.code(429), page('tooMany'))
        }
        const credentials = { email, password }
        const networks = networksOf(request.ip)
        const person = await authenticate(db, config, credentials, networks).catch(async (error: unknown) => {
          // Nobody has looked at the password.
          await attempt.takeBack()
          throw error
        })
        if (!person) {
          metrics.signIns.inc({ outcome: 'wrong-credentials' })
          request.log.info({ step: 'refused a sign-in', account, note: 'wrong address or password' }, 'refused')
          const personId = account === undefined ? undefined : (await findPersonByEmail(db, account))?.id
          const whose = {
            ...(pending.app && { applicationId: pending.app.applicationId }),
            ...(personId !== undefined && { personId }),
          }
          await record(db, { type: 'sign-in', outcome: 'wrong-credentials', ...whose }, ofRequest(request))
          return again('noMatch')
        }
        await attempt.takeBack()
        if (person.isLeaving || person.needsNewPassword) await recordRefusal(deps, request, pending, person.personId)
        if (person.isLeaving) return sendPage(reply.code(403), leavingPage(visit))
        // Said to nobody but who knows the password.
        if (person.needsNewPassword) return again('newPassword')
        const isAble = form.get(PASSKEYS_FIELD) === 'able'
        const able = { requestId: pending.id, step: 'passkey-able', sessionId: null } as const
        const proven = { ...person, ...authenticatedBy(['pwd']), issuer: null, account: guess.account }
        const done = await completeSignIn(
          deps,
          request,
          reply,
          visit,
          proven,
          async (trx) => isAble && takeStep(trx, able),
        )
        return done === 'person changed' ? again('personChanged') : reply
      },
    },
  }
}
