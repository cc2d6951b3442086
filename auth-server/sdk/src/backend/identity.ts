// Who calls, as a backend works with it: one type for each kind, told apart by `kind`.
import type { IdentityKind } from '../identity-headers.ts'

interface ByAnApp {
  /** The app's `client_id`. */
  readonly clientId: string
  /** The application's id, where the issuer states one. */
  readonly applicationId: string | undefined
  /** What the caller may do. */
  readonly scopes: readonly string[]
  /** Who vouches for the user; said where the gateway trusts several. User ids are unique within one issuer only. */
  readonly issuer: string | undefined
}

/** Somebody with an account. */
export interface AccountIdentity extends ByAnApp {
  readonly kind: 'account'
  /** The user (`sub`). */
  readonly userId: string
  /** Whether a phone has vouched for the key that the app calls with. */
  readonly isAttested: boolean
}

/** Whom an app knows by the key of a device alone. */
export interface GuestIdentity extends ByAnApp {
  readonly kind: 'guest'
  /** The guest (`sub`), which stays when an account comes of it. */
  readonly userId: string
  /** Whether a phone has vouched for the key that the app calls with. */
  readonly isAttested: boolean
}

/** An application that calls for itself. */
export interface ApplicationIdentity extends ByAnApp {
  readonly kind: 'application'
}

/** A call without a token, on a route that allows it. */
export interface AnonymousIdentity {
  readonly kind: 'anonymous'
}

/** Who calls. */
export type Identity = AccountIdentity | GuestIdentity | ApplicationIdentity | AnonymousIdentity

/** Who calls, of these kinds. */
export type IdentityOf<Kind extends IdentityKind> = Extract<Identity, { readonly kind: Kind }>
