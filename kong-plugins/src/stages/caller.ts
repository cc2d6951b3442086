// Who calls, and through which application: what the token stage proves and the later stages work with.

/** The facts of a verified access token that later stages need. */
export interface Caller {
  /** The user (`sub`). */
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
