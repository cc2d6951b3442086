// The tokens of a trial: its code is redeemed here and never at /token, because its redirect URI is no application's.
import type { FastifyRequest } from 'fastify'
import { ofRequest } from '../audit/context.ts'
import { sha256 } from '../crypto/digest.ts'
import type { Deps } from '../deps.ts'
import { findClient } from '../store/queries/clients.ts'
import { redeemCode } from '../tokens/authorization-code.ts'
import { requireInUse } from './client/suspension.ts'
import { OAuthError } from './errors.ts'
import type { TokenResponse } from './token/grants/grant.ts'
import { tokenResponse } from './token/token-response.ts'

/** What a trial has in its hands: the code that came back, and what it was asked for with. */
export interface TrialCode {
  readonly clientId: string
  readonly code: string
  readonly codeVerifier: string
  readonly redirectUri: string
  /** Thumbprint of the key that its tokens are bound to, or null. */
  readonly dpopJkt: string | null
}

/** The tokens, and the login that they belong to, which ends with the trial. */
export interface TrialTokens {
  readonly response: TokenResponse
  readonly familyId: string
  readonly personId: string
}

/**
 * No client authenticates: nobody else has the verifier, and an application's secret is not ours to ask for.
 * @throws {OAuthError}
 */
export async function redeemTrialCode(
  deps: Deps,
  request: FastifyRequest,
  { clientId, code, codeVerifier, redirectUri, dpopJkt }: TrialCode,
): Promise<TrialTokens> {
  const client = await findClient(deps.db, clientId)
  if (!client) throw new OAuthError('invalid_client', 'no application has this client_id')
  requireInUse(client)
  const context = ofRequest(request)
  const presented = { clientId, codeHash: sha256(code), codeVerifier, redirectUri, resource: null, dpopJkt, context }
  const redeemed = await redeemCode(deps.db, deps.config.tokenSecrets, { ...presented, trialRedirectUri: redirectUri })
  if (redeemed.kind === 'refused')
    throw new OAuthError('invalid_grant', 'the code is unknown, expired, used, or was issued for another request', {
      detail: redeemed.because,
    })
  const { family } = redeemed
  const asking = { client, resource: null, dpopJkt, log: request.log, context }
  // Nobody refreshes: there is no device that would keep the token.
  const response = await tokenResponse(deps, asking, family, null, { scopes: null, nonce: family.nonce })
  deps.metrics.tokensIssued.inc({ grant: 'authorization_code' })
  return { response, familyId: family.id, personId: family.personId }
}
