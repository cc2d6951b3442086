// The contract of a grant: one file beside this one, and a row in index.ts.
import type { FastifyBaseLogger } from 'fastify'
import type { Deps } from '../../../deps.ts'
import type { Parameters } from '../../../http/parameters.ts'
import type { Client } from '../../../store/clients.ts'

/** A successful token response (RFC 6749 §5.1). */
export type TokenResponse = Readonly<{
  access_token: string
  token_type: 'Bearer'
  /** Seconds. */
  expires_in: number
  scope: string
  refresh_token?: string
}>

export type GrantRequest = Readonly<{ client: Client; parameters: Parameters; log: FastifyBaseLogger }>

/** Throws OAuthError when the grant does not hold. */
export type GrantHandler = (deps: Deps, request: GrantRequest) => Promise<TokenResponse>
