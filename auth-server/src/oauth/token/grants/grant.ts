// The contract of a grant: one file beside this one, and a row in index.ts.
import type { FastifyBaseLogger } from 'fastify'
import type { AuditContext } from '../../../audit/context.ts'
import type { Deps } from '../../../deps.ts'
import type { Parameters } from '../../../http/parameters.ts'
import type { Client } from '../../../store/queries/clients.ts'
import type { PresentedGrant } from '../../../store/tables/used-jtis.ts'
import { OAuthError } from '../../errors.ts'

/** A successful token response (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3). */
export interface TokenResponse {
  readonly access_token: string
  readonly token_type: 'Bearer' | 'DPoP'
  /** Seconds. */
  readonly expires_in: number
  readonly scope: string
  readonly refresh_token?: string
  readonly id_token?: string
}

/** A token request whose client is authenticated. */
export interface GrantRequest {
  readonly client: Client
  /** The one resource asked for, or fixed by the endpoint (RFC 8707 §2.2); null for none. */
  readonly resource: string | null
  /** Thumbprint of the key whose possession the caller proved (RFC 9449), or null. */
  readonly dpopJkt: string | null
  readonly log: FastifyBaseLogger
  /** Where it comes from, for the audit log. */
  readonly context: AuditContext
}

/** A grant as a request brings it. */
export interface ReadGrant {
  /**
   * The code or family: a proof is noted only beside one that lives, so that strangers leave no rows. undefined for a
   * grant that only clients with a secret or a key of their own can ask for.
   */
  readonly presented: PresentedGrant | undefined
  /** Whether a proof that goes with it has to be made with a nonce of ours (RFC 9449 §8). */
  readonly demandsNonce?: boolean
  /** @throws {OAuthError} when the grant does not hold. */
  readonly answer: (request: GrantRequest) => Promise<TokenResponse>
}

/** A row of the table of grants. */
export interface Grant {
  /** What it reads beside the client's; refused in the URL of every back-channel request. */
  readonly parameters: readonly string[]
  /**
   * Reads what a request brings, without a look at the database.
   * @throws {OAuthError} when it is missing, or was never issued.
   */
  readonly read: (deps: Deps, parameters: Parameters, client: Client) => ReadGrant
  /** Whether its answer can bring the refresh token of a new login: `refresh_token` is of use beside it. */
  readonly givesRefresh: boolean
}

/** @throws {OAuthError} unauthorized_client unless the client may use the grant */
export function requireGrant({ grantTypes }: Client, grantType: string): void {
  if (!grantTypes.includes(grantType))
    throw new OAuthError('unauthorized_client', `this application is not registered for ${grantType}`)
}
