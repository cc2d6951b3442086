// Scopes: reading the parameter, and holding it against what is on offer.
import { isOpenIdScope } from '../catalogue/openid-scopes.ts'
import { OAuthError } from './errors.ts'

const TOKEN = /^[\x21\x23-\x5B\x5D-\x7E]{1,128}$/
const MAX_SCOPES = 64

/** The set of scopes named, or undefined when none is. @throws {OAuthError} invalid_scope (RFC 6749 §3.3). */
export const parseScope = (scope: string | undefined): readonly string[] | undefined => {
  if (scope === undefined) return undefined
  const names = scope.split(' ').filter((name) => name !== '')
  if (names.length === 0) return undefined
  if (names.length > MAX_SCOPES) throw new OAuthError('invalid_scope', 'too many scopes')
  if (!names.every((name) => TOKEN.test(name)))
    throw new OAuthError('invalid_scope', 'scope contains characters that are not allowed')
  return [...new Set(names)]
}

/** The scopes of a request: those named, each on offer or one of OpenID Connect's; or everything on offer. @throws {OAuthError} invalid_scope. */
export const grantableScopes = (
  named: readonly string[] | undefined,
  offered: readonly string[],
): readonly string[] => {
  const unknown = named?.find((name) => !offered.includes(name) && !isOpenIdScope(name))
  if (unknown !== undefined)
    throw new OAuthError(
      'invalid_scope',
      `scope ${unknown} is not part of the subscription; it offers: ${offered.join(' ')}`,
    )
  return named ?? offered
}
