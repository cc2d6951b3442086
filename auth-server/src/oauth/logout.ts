// GET and POST /logout: an app asks to sign its person out (OpenID Connect RP-Initiated Logout §2).
import type { FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify'
import type { Deps } from '../deps.ts'
import { formOf } from '../http/form.ts'
import { Parameters } from '../http/parameters.ts'
import { pathOf } from '../http/request-path.ts'
import { SIGN_OUT_PATH } from '../interaction/paths.ts'
import { browserProof } from '../interaction/session.ts'
import { signOut } from '../interaction/sign-out/routes.ts'
import { confirmationUrl, logoutTarget } from '../interaction/sign-out/target.ts'
import { uiLocalesOf } from '../pages/language.ts'
import type { Db } from '../store/database.ts'
import { findSessionToEnd } from '../store/end-sessions.ts'
import { type Client, findClient, onlyApproved } from '../store/queries/clients.ts'
import { type IdTokenHint, readIdTokenHint } from '../tokens/id-token.ts'
import { OAuthError } from './errors.ts'
import { tellingDevelopers } from './told-to-developers.ts'
import { UnregisteredRedirect } from './unregistered-redirect.ts'

/** `logout_hint` is accepted and changes nothing. */
const PARAMETERS = ['id_token_hint', 'client_id', 'post_logout_redirect_uri', 'state'] as const

/** Whatever the app got wrong, its person wants to sign out. */
const INSTEAD = { way: { text: 'signOut', href: SIGN_OUT_PATH } } as const

export function logoutHandler(deps: Deps): RouteHandlerMethod {
  const { db, config, keys, cookies } = deps
  return async (request, reply) => {
    if (request.method === 'POST') return askAgain(request, reply)
    const parameters = Parameters.ofUrl(request.raw.url ?? '')
    parameters.requireReadable()
    const text = parameters.get('id_token_hint')
    // §4: a hint that does not verify is not used; the person is asked then.
    const hint = text === undefined ? undefined : await readIdTokenHint(config.issuer, keys, db, text)
    const client = await findAskingClient(db, parameters.get('client_id'), hint)
    const received = parameters.get('post_logout_redirect_uri')
    const judged = await tellingDevelopers(deps, request, () => judge(client, received, parameters.get('state')))
    const target = judged === 'none' ? undefined : judged
    const session = await findSessionToEnd(db, browserProof(cookies, request))
    // Without a hint, nothing but a person's yes proves that the redirect is legitimate (§3).
    if (!session) return signOut(deps, request, reply, hint && target)
    // §2: who was handed this person's ID token may sign this person out; everybody else only asks.
    if (hint?.personId === session.personId) return signOut(deps, request, reply, target)
    const uiLocales = uiLocalesOf(parameters)
    return reply.redirect(confirmationUrl(client, target, uiLocales), 303)
  }
}

/** @throws {UnregisteredRedirect} */
function judge(client: Client | undefined, received: string | undefined, state: string | undefined) {
  const judged = logoutTarget(client, received, state)
  if (judged !== 'refused') return judged
  throw new UnregisteredRedirect({
    parameter: 'post_logout_redirect_uri',
    applicationId: client?.applicationId,
    received: received ?? '',
    registered: client?.postLogoutRedirectUris ?? [],
    ...INSTEAD,
  })
}

/** A form on the app's own site comes without our SameSite=Lax cookies; the GET that this answer makes of it has them. */
function askAgain(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const form = formOf(request) ?? Parameters.parse('')
  form.requireReadable()
  const sent = PARAMETERS.flatMap((name): [string, string][] => {
    const value = form.get(name)
    return value === undefined ? [] : [[name, value]]
  })
  const uiLocales = uiLocalesOf(form)
  if (uiLocales.length > 0) sent.push(['ui_locales', uiLocales.join(' ')])
  return reply.redirect(`${pathOf(request.url)}?${new URLSearchParams(sent)}`, 303)
}

/** The approved client that asks, if it says so or its hint does. @throws {OAuthError} when the two differ (§2) or nobody has this id. */
async function findAskingClient(
  db: Db,
  clientId: string | undefined,
  hint: IdTokenHint | undefined,
): Promise<Client | undefined> {
  if (clientId !== undefined && hint !== undefined && clientId !== hint.clientId)
    throw new OAuthError('invalid_request', 'client_id is not the client that id_token_hint was issued to', INSTEAD)
  const asking = clientId ?? hint?.clientId
  if (asking === undefined) return undefined
  const client = await findClient(db, asking)
  if (!client && clientId !== undefined)
    throw new OAuthError('invalid_request', 'no application has this client_id', INSTEAD)
  // Whom nobody approved is neither named nor gone to; the person signs out all the same.
  return onlyApproved(client)
}
