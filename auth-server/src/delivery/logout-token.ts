// Logout tokens: how a client's server hears that a session ended (OpenID Connect Back-Channel Logout §2.4).
import { signJwt } from '../crypto/sign-jwt.ts'
import type { DeliveryTools } from './kind.ts'

/** Two minutes, as §2.4 recommends: each attempt to deliver makes a new one. */
const LOGOUT_TOKEN_TTL_SECONDS = 120
const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout'

/** What a logout token says. */
export interface Logout {
  /** The same at each attempt, so that a client which heard it already can tell. */
  readonly jti: string
  readonly personId: string
  readonly clientId: string
  readonly sessionId: string
  readonly alg: string
  /** Unix seconds by the database's clock. */
  readonly now: number
}

/** Mints a logout token. Returns the compact JWT; it never has a nonce, so it cannot pass for an ID token. */
export function mintLogoutToken(issuer: string, keys: DeliveryTools['keys'], logout: Logout): Promise<string> {
  return signJwt(keys.current(logout.alg), 'logout+jwt', {
    iss: issuer,
    sub: logout.personId,
    aud: logout.clientId,
    iat: logout.now,
    exp: logout.now + LOGOUT_TOKEN_TTL_SECONDS,
    jti: logout.jti,
    sid: logout.sessionId,
    events: { [LOGOUT_EVENT]: {} },
  })
}
