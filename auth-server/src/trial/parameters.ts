// The requests of a trial, parameter by parameter: what is sent is what is shown.
import { sha256 } from '../crypto/digest.ts'
import { AUTHORIZE_PATH } from '../interaction/paths.ts'
import type { Trial } from './trial.ts'

/** The parameters of the authorization request that a trial sends, in the order in which they are explained. */
export function authorizationParameters({ app, redirectUri, state, nonce, verifier }: Trial) {
  return {
    response_type: 'code',
    client_id: app.clientId,
    redirect_uri: redirectUri,
    scope: ['openid', ...app.scopes].join(' '),
    resource: app.resource,
    state,
    nonce,
    code_challenge: sha256(verifier),
    code_challenge_method: 'S256',
  } as const
}

/** Where the sign-in pages begin. */
export function authorizationAddress(trial: Trial): string {
  return `${AUTHORIZE_PATH}?${new URLSearchParams(authorizationParameters(trial))}`
}
