// Who calls, and through which application: what the token stage proves and the later stages work with.

/** The facts of a verified access token that later stages need. */
export interface Caller {
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
}

/** Whoever is let in: somebody with a token, or an address that nothing else is known of. */
export type Visitor =
  | {
      readonly kind: 'known'
      readonly caller: Caller
      /** Who vouches for the subject; named only where a policy trusts several issuers. */
      readonly issuer?: string | undefined
    }
  | { readonly kind: 'anonymous'; readonly address: string }

/** RFC 9068 §2.2: an application that calls for itself is named as its own subject. There is no user then. */
export function isMachine({ subject, clientId }: Caller): boolean {
  return subject === clientId
}
