// RFC 9470: whether the login behind a token is strong and fresh enough for a policy.
import type { TokenConfig } from '../../schema/token-config.ts'
import type { TokenClaims } from './token.ts'

/** Descriptions for the developer of the app. */
export const INSUFFICIENT_LOGIN = {
  strength: 'This request needs a stronger login of the user',
  age: 'This request needs a more recent login of the user',
} as const

/** What the login lacks. */
export type InsufficientLogin = keyof typeof INSUFFICIENT_LOGIN

/** The login that would do, as the app passes it on to the authorization server (RFC 9470 §4). */
export interface WantedLogin {
  readonly acr_values?: string
  readonly max_age?: string
}

/** What the login lacks, if anything. A token without a login, such as a machine's, lacks whatever is asked for. */
export function insufficientLogin(
  { acr, authTime }: Pick<TokenClaims, 'acr' | 'authTime'>,
  { requiredAcr, maxAuthAgeSeconds, leewaySeconds }: TokenConfig,
  nowSeconds: number,
): InsufficientLogin | undefined {
  if (requiredAcr.size > 0 && (acr === undefined || !requiredAcr.has(acr))) return 'strength'
  if (maxAuthAgeSeconds === undefined) return undefined
  if (authTime === undefined || authTime > nowSeconds + leewaySeconds) return 'age' // no login is yet to come
  return nowSeconds - authTime > maxAuthAgeSeconds + leewaySeconds ? 'age' : undefined
}

/** All that the policy asks for, whatever was lacking: one login then does. */
export function wantedLogin({ requiredAcr, maxAuthAgeSeconds }: TokenConfig): WantedLogin {
  return {
    ...(requiredAcr.size > 0 && { acr_values: [...requiredAcr].join(' ') }),
    ...(maxAuthAgeSeconds !== undefined && { max_age: String(maxAuthAgeSeconds) }),
  }
}
