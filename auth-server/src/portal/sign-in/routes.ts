// Where the portal's sign-ins come back to, each once and in the browser that began it; and the form that signs out.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { PORTAL_LOGIN_SECONDS } from '../../catalogue/portal-client.ts'
import { equalInConstantTime, sha256 } from '../../crypto/digest.ts'
import { randomSecret } from '../../crypto/random.ts'
import type { Deps } from '../../deps.ts'
import type { Pages } from '../../http/page-routes.ts'
import { Parameters } from '../../http/parameters.ts'
import { portalCookiesFor } from '../../http/portal-cookies.ts'
import { LOGOUT_PATH } from '../../interaction/paths.ts'
import { sendPage } from '../../pages/send-page.ts'
import { endPortalSession, openPortalSession } from '../../store/tables/portal-sessions.ts'
import { CALLBACK_PATH, PATHS } from '../paths.ts'
import type { PortalRoutes } from '../route.ts'
import { pageOfPortal, secretsOf } from './begin.ts'
import { type PortalLogin, redeemPortalCode } from './redeem.ts'
import { cancelledPage, overPage, secondFactorPage } from './view.ts'

/** What a sign-in ends in. */
type End =
  | Readonly<{ kind: 'signed in'; login: PortalLogin; returnTo: string }>
  | Readonly<{ kind: 'cancelled'; returnTo: string }>
  | Readonly<{ kind: 'no second factor'; returnTo: string }>
  | Readonly<{ kind: 'over'; because: string }>

/** Pages for whoever is not signed in yet. */
export function signInPages(deps: Deps): Pages {
  const { db, config } = deps
  const { issuer, cookieSecrets } = config
  const cookies = portalCookiesFor(issuer)

  async function endOf(request: FastifyRequest, reply: FastifyReply): Promise<End> {
    const parameters = Parameters.ofUrl(request.raw.url ?? '')
    parameters.requireReadable()
    const state = parameters.get('state') ?? ''
    const signIn = cookies.signIns(request).find(({ id }) => state.startsWith(`${id}.`))
    const expected = signIn && secretsOf(cookieSecrets, signIn).find((made) => equalInConstantTime(state, made.state))
    if (!signIn || !expected) return { kind: 'over', because: 'no sign-in of this browser has this state' }
    // It counts once, whatever comes of it.
    cookies.endSignIn(reply, signIn.id)
    // RFC 9207 §2.4
    if (parameters.get('iss') !== issuer) return { kind: 'over', because: 'the answer is of another issuer' }
    const returnTo = pageOfPortal(issuer, signIn.returnTo)
    const [error, code] = [parameters.get('error'), parameters.get('code')]
    if (error === 'unmet_authentication_requirements') return { kind: 'no second factor', returnTo }
    if (error === 'access_denied') return { kind: 'cancelled', returnTo }
    if (error !== undefined || code === undefined) return { kind: 'over', because: error ?? 'no code came' }
    const login = await redeemPortalCode(deps, request, { ...expected, code })
    return typeof login === 'string' ? { kind: 'over', because: login } : { kind: 'signed in', login, returnTo }
  }

  return {
    [CALLBACK_PATH]: {
      async GET(request, reply) {
        const end = await endOf(request, reply)
        if (end.kind === 'over') {
          request.log.info({ reason: end.because }, 'a sign-in at the portal came to nothing')
          return sendPage(reply.code(400), overPage)
        }
        if (end.kind === 'cancelled') return sendPage(reply, cancelledPage(end.returnTo))
        if (end.kind === 'no second factor') return sendPage(reply.code(403), secondFactorPage(end.returnTo))
        const token = randomSecret()
        const session = { ...end.login, tokenHash: sha256(token), seconds: PORTAL_LOGIN_SECONDS }
        if (!(await openPortalSession(db, session, cookies.sessions(request).map(sha256)))) {
          request.log.info('the login of a sign-in at the portal has ended meanwhile')
          return sendPage(reply.code(400), overPage)
        }
        cookies.setSession(reply, token)
        return reply.redirect(end.returnTo, 303)
      },
    },
  }
}

/** Ends the sign-in here, and then asks to end the one that it came from (RP-Initiated Logout §2). */
export function signOutRoutes({ db, config }: Deps): PortalRoutes {
  const cookies = portalCookiesFor(config.issuer)
  return {
    [PATHS.signOut]: {
      needs: 'anybody',
      on: PATHS.overview,
      isUncounted: true,
      async POST(_request, reply, { session }) {
        await endPortalSession(db, session.portalTokenHash)
        cookies.clearSession(reply)
        return reply.redirect(`${LOGOUT_PATH}?${new URLSearchParams({ id_token_hint: session.idToken })}`, 303)
      },
    },
  }
}
