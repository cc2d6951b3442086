// The contract of a grant: one file beside this one, and a row in index.ts.
import type { FastifyBaseLogger } from 'fastify'
import type { Config } from '../../../config.ts'
import type { Deps } from '../../../deps.ts'
import type { Parameters } from '../../../http/parameters.ts'
import type { Client } from '../../../store/tables/clients.ts'
import type { PresentedGrant } from '../../../store/tables/used-jtis.ts'

/** A successful token response (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3). */
export type TokenResponse = Readonly<{
  access_token: string
  token_type: 'Bearer' | 'DPoP'
  /** Seconds. */
  expires_in: number
  scope: string
  refresh_token?: string
  id_token?: string
}>

/** A token request whose client is authenticated. */
export type GrantRequest = Readonly<{
  client: Client
  parameters: Parameters
  /** The one resource asked for, or fixed by the endpoint (RFC 8707 §2.2); null for none. */
  resource: string | null
  /** Thumbprint of the key whose possession the caller proved (RFC 9449), or null. */
  dpopJkt: string | null
  log: FastifyBaseLogger
}>

export type Grant = Readonly<{
  /**
   * What a request stands on, so that a proof is noted only beside something that lives; left out where nobody asks who
   * is not known. @throws {OAuthError} when it is missing, or was never issued.
   */
  standsOn?: (config: Config, parameters: Parameters) => PresentedGrant
  /** @throws {OAuthError} when the grant does not hold. */
  answer: (deps: Deps, request: GrantRequest) => Promise<TokenResponse>
}>
