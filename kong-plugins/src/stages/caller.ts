// Who calls, and through which application: the token stage finds out, and every later one works with it.
import type { SubjectKind } from '@mobile-api-gateway/sdk/subject-kind.ts'

/** A caller with a token: a user of an application, or an application that calls for itself. */
export interface KnownCaller {
  readonly kind: 'user' | 'application'
  /** Of a user. */
  readonly subjectKind: SubjectKind
  /** Of a user: whether a phone has vouched for the key that the token is bound to. */
  readonly isAttested: boolean
  /** The user (`sub`); the application itself where it calls for itself. */
  readonly subject: string
  /** The application's public name (`client_id`). */
  readonly clientId: string
  /** Granted scopes, space separated; may be empty. */
  readonly scope: string
  /** The application's id (`app_id`), where the issuer states one. */
  readonly applicationId: string | undefined
  /** Name of the subscription's plan (`plan`), where the issuer states one. */
  readonly plan: string | undefined
  /** Who vouches for the subject (RFC 7519 §4.1.2); named only where a policy trusts several issuers. */
  readonly issuer: string | undefined
}

/** An address that nothing else is known of. */
export interface AnonymousCaller {
  readonly kind: 'anonymous'
  readonly address: string
}

/** Whoever may call: somebody with a token, or without. */
export type Caller = KnownCaller | AnonymousCaller

/** The caller of these facts. RFC 9068 §2.2: an application that calls for itself is its own subject; there is no user. */
export function knownCaller(facts: Omit<KnownCaller, 'kind'>): KnownCaller {
  const { subject, subjectKind, isAttested, clientId, scope, applicationId, plan, issuer } = facts
  const kind = subject === clientId ? 'application' : 'user'
  const user = { subjectKind, isAttested: isAttested && kind === 'user' }
  return { kind, subject, ...user, clientId, scope, applicationId, plan, issuer }
}
