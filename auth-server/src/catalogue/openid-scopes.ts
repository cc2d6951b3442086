// The scopes of OpenID Connect, and the claims that each one opens (OpenID Connect Core §5.4).
import type { PersonClaims } from '../store/queries/claims.ts'

export const OPENID_SCOPES = {
  openid: { claims: ['sub'] },
  profile: { claims: ['name', 'updated_at'] },
  email: { claims: ['email', 'email_verified'] },
  offline_access: { claims: [] },
} as const satisfies Record<string, { claims: readonly (keyof PersonClaims)[] }>

export type OpenIdScope = keyof typeof OPENID_SCOPES

/** Whether a scope is one of OpenID Connect's, which every application may ask for. */
export function isOpenIdScope(scope: string): scope is OpenIdScope {
  return Object.hasOwn(OPENID_SCOPES, scope)
}

/** What a set of scopes opens of a person; what the person does not have is left out, not sent empty (§5.3.2). */
export function openedBy(scopes: readonly string[], person: PersonClaims): Readonly<Record<string, unknown>> {
  const opened = claimsOf(scopes)
  return Object.fromEntries(Object.entries(person).filter(([name, value]) => opened.has(name) && value !== null))
}

/** The claims that a set of scopes opens. */
export function claimsOf(scopes: readonly string[]): ReadonlySet<string> {
  return new Set(scopes.filter(isOpenIdScope).flatMap((scope) => OPENID_SCOPES[scope].claims))
}
