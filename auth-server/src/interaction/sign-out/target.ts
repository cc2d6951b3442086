// Where a browser may go after signing out: an address that the asking client registered, and no other (RP-Initiated Logout §3).
import { isRegistered, withAnswer } from '../../catalogue/redirect-uri.ts'
import type { Client } from '../../store/queries/clients.ts'
import { SIGN_OUT_PATH } from '../paths.ts'

/** A registered address; only this file makes one. */
export interface LogoutTarget {
  readonly clientId: string
  readonly redirectUri: string
  readonly state: string | undefined
}

/** The target, `none` when none was asked for or nobody known asks, or `refused` for one that this client did not register. */
export function logoutTarget(
  client: Client | undefined,
  redirectUri: string | undefined,
  state: string | undefined,
): LogoutTarget | 'none' | 'refused' {
  if (!client || redirectUri === undefined) return 'none'
  const { clientId, postLogoutRedirectUris, kind } = client
  return isRegistered(redirectUri, postLogoutRedirectUris, kind) ? { clientId, redirectUri, state } : 'refused'
}

/** The target's address with its `state`. */
export function logoutResponseUrl({ redirectUri, state }: LogoutTarget): string {
  return withAnswer(redirectUri, state === undefined ? {} : { state })
}

/** The page that asks the person first, told the target in the terms of the protocol, so that it can judge it again. */
export function confirmationUrl(
  client: Client | undefined,
  target: LogoutTarget | undefined,
  uiLocales: readonly string[],
): string {
  const parameters = new URLSearchParams({
    ...(client && { client_id: client.clientId }),
    ...(target && { post_logout_redirect_uri: target.redirectUri }),
    ...(target?.state !== undefined && { state: target.state }),
    ...(uiLocales.length > 0 && { ui_locales: uiLocales.join(' ') }),
  })
  return `${SIGN_OUT_PATH}${parameters.size > 0 ? `?${parameters}` : ''}`
}
