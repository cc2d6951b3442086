// Signing out at the provider as well (OpenID Connect RP-Initiated Logout 1.0, SAML Profiles §4.4): the way there, and the way back. What was here has ended before.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { sha256 } from '../../crypto/digest.ts'
import { randomSecret } from '../../crypto/random.ts'
import type { Deps } from '../../deps.ts'
import { logoutHintIn } from '../../identity/federation/kept-subject.ts'
import type { IdentityProvider, Providers } from '../../identity/federation/providers.ts'
import { inBrief } from '../../logger/brief-error.ts'
import { sendPage } from '../../pages/send-page.ts'
import type { EndedSession } from '../../store/end-sessions.ts'
import { findClient, onlyApproved } from '../../store/queries/clients.ts'
import { beginUpstreamLogout, takeUpstreamLogout } from '../../store/tables/upstream-logouts.ts'
import { type LogoutTarget, logoutResponseUrl, logoutTarget } from './target.ts'
import { signedOutPage, signOutOverPage } from './view.ts'

/** Where else a form can end that signs out of a session, for the policy of its page. */
export function signOutLeadsTo(providers: Providers, { issuer }: Readonly<{ issuer: string | null }>): string[] {
  const logout = issuer === null ? undefined : providers.ofIssuer(issuer)?.logout
  return logout ? [logout.leadsTo()] : []
}

/**
 * Where a browser is led whose session is over: to the provider that had opened it, or the provider that cannot be
 * reached, or nowhere, because none is to be told.
 */
export async function logoutAtProvider(
  { db, config, providers, cookies }: Pick<Deps, 'db' | 'config' | 'providers' | 'cookies'>,
  request: FastifyRequest,
  reply: FastifyReply,
  { ended, target }: Readonly<{ ended: readonly EndedSession[]; target: LogoutTarget | undefined }>,
): Promise<Readonly<{ address: URL }> | Readonly<{ unreached: IdentityProvider }> | undefined> {
  const [session] = ended.flatMap(({ issuer, sealedLogout: sealed }) => {
    const provider = issuer === null ? undefined : providers.ofIssuer(issuer)
    return provider?.logout && sealed !== null ? { provider, sealed, logout: provider.logout } : []
  })
  if (!session) return undefined
  const { provider, sealed, logout } = session
  const { name, issuer } = provider
  const [state, secret] = [randomSecret(), randomSecret()]
  try {
    const hint = await logoutHintIn(sealed, issuer, config.keyEncryptionKeys)
    const address = await logout.begin({ hint, state })
    const left = { provider: name, stateHash: sha256(state), browserHash: sha256(secret), afterwards: target }
    cookies.setSignOut(reply, secret, await beginUpstreamLogout(db, left))
    return { address }
  } catch (error) {
    request.log.warn(
      { event: 'provider_sign_out_failed', provider: name, because: inBrief(error) },
      'somebody who signed out here may be signed in at a provider still',
    )
    return { unreached: provider }
  }
}

/** Whoever comes back goes on, whatever the provider has said: once, and in the browser that was sent. */
export async function returnFromProvider(
  { db, cookies }: Pick<Deps, 'db' | 'cookies'>,
  request: FastifyRequest,
  reply: FastifyReply,
  { provider, state }: Readonly<{ provider: IdentityProvider; state: string }>,
): Promise<FastifyReply> {
  const browserHashes = cookies.signOuts(request).map(sha256)
  const back = await takeUpstreamLogout(db, { provider: provider.name, stateHash: sha256(state), browserHashes })
  if (!back) return sendPage(reply.code(400), signOutOverPage)
  const { afterwards } = back
  if (!afterwards) return sendPage(reply, signedOutPage())
  // Judged anew: what was registered then may be gone.
  const client = onlyApproved(await findClient(db, afterwards.clientId))
  const target = logoutTarget(client, afterwards.redirectUri, afterwards.state)
  return typeof target === 'string' ? sendPage(reply, signedOutPage()) : reply.redirect(logoutResponseUrl(target), 303)
}
