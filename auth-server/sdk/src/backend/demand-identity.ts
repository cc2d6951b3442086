// What a route asks of its callers: of which kinds they may be, and what they must be allowed to do. Pure.
import type { IdentityKind } from '../identity-headers.ts'
import type { Identity, IdentityOf } from './identity.ts'
import { IdentityError } from './identity-error.ts'

/** What a route asks for. */
export interface IdentityDemand<Kind extends IdentityKind = IdentityKind> {
  /** Any of these; only people with an account unless told. */
  readonly kinds?: readonly Kind[]
  /** All of these. */
  readonly scopes?: readonly string[]
}

/**
 * The caller, when it is one that the route is for. Who says nothing of kinds gets people with an account alone.
 * @throws {IdentityError} 401 for a call without a token, 403 for another kind or a missing scope
 */
export function demandIdentity<const Kind extends IdentityKind = 'account'>(
  identity: Identity,
  demand: IdentityDemand<Kind> = {},
): IdentityOf<Kind> {
  const kinds: readonly IdentityKind[] = demand.kinds ?? ['account']
  const scopes = demand.scopes ?? []
  const isAccepted = isOf<Kind>(identity, kinds)
  if (identity.kind === 'anonymous') {
    if (isAccepted && scopes.length === 0) return identity
    throw new IdentityError('login_required', scopes.length === 0 ? {} : { scopes })
  }
  if (!isAccepted) throw new IdentityError('kind_not_accepted', { detail: identity.kind })
  const granted = identity.scopes
  if (!scopes.every((scope) => granted.includes(scope))) throw new IdentityError('insufficient_scope', { scopes })
  return identity
}

function isOf<Kind extends IdentityKind>(identity: Identity, kinds: readonly string[]): identity is IdentityOf<Kind> {
  return kinds.includes(identity.kind)
}
