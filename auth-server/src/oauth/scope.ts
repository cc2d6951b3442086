// Scopes: reading the parameter, and holding it against what is on offer.
import { isOpenIdScope } from '../catalogue/openid-scopes.ts'
import { OAuthError } from './errors.ts'

const TOKEN = /^[\x21\x23-\x5B\x5D-\x7E]{1,128}$/
const MAX_SCOPES = 64

/** The set of scopes named, or undefined when none is. @throws {OAuthError} invalid_scope (RFC 6749 §3.3). */
export function parseScope(scope: string | undefined): readonly string[] | undefined {
  if (scope === undefined) return undefined
  const names = scope.split(' ').filter((name) => name !== '')
  if (names.length === 0) return undefined
  if (names.length > MAX_SCOPES) throw new OAuthError('invalid_scope', 'too many scopes')
  if (!names.every((name) => TOKEN.test(name)))
    throw new OAuthError('invalid_scope', 'scope contains characters that are not allowed')
  return [...new Set(names)]
}

/**
 * The scopes of a request: of those named, the ones on offer and OpenID Connect's; everything on offer where none is
 * named. Others are ignored, beside `openid` (OpenID Connect Core §3.1.2.1) and without it (RFC 6749 §3.3): libraries add
 * their own, and `scope` in the token response tells what was granted (§5.1).
 * @throws {OAuthError} invalid_scope when nothing is left.
 */
export function grantableScopes(named: readonly string[] | undefined, offered: readonly string[]): readonly string[] {
  const known = named?.filter((name) => offered.includes(name) || isOpenIdScope(name))
  if (known?.length === 0)
    throw new OAuthError(
      'invalid_scope',
      `no scope of the request is part of the subscription; it offers: ${offered.join(' ')}`,
    )
  return known ?? offered
}

/** Of the scopes of a login those that the subscription and the person's groups still allow. */
export function stillAllowed(
  scopes: readonly string[],
  { allowedScopes }: Readonly<{ allowedScopes: readonly string[] }>,
): readonly string[] {
  return scopes.filter((scope) => isOpenIdScope(scope) || allowedScopes.includes(scope))
}
