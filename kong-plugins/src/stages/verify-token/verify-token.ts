// The first stage: from the Authorization header to a proven caller, or the refusal that RFC 6750 asks for.
import { compactVerify, errors } from 'jose'
import type { Clock } from '../../clock.ts'
import type { Caller } from '../caller.ts'
import { readAuthorization } from './authorization.ts'
import { brokenRule } from './checks.ts'
import type { KeySources } from './key-sources.ts'
import { neededScopes, type TokenPolicy } from './policy.ts'
import { invalidToken, type Refusal } from './refusals.ts'
import { MAX_TOKEN_LENGTH, type ParsedToken, parseToken } from './token.ts'
import { digestOf, type TokenCache } from './token-cache.ts'

/** What the stage needs besides the request and its policy. */
export interface TokenStores {
  readonly clock: Clock
  readonly keySources: KeySources
  readonly tokenCache: TokenCache
}

/** The facts of a request that decide. `method` only where the policy depends on it. */
export interface TokenRequest {
  readonly authorization: string | undefined
  readonly method: string | undefined
}

/** The stage's decision. */
export type TokenDecision =
  | { readonly kind: 'verified'; readonly caller: Caller }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

/**
 * Decides on one request (RFC 6750, RFC 9068 §4). A token seen before costs one hash and no signature check; whether it is
 * still valid, for this policy, with a key that is still published, is decided anew every time.
 */
export async function verifyToken(
  request: TokenRequest,
  policy: TokenPolicy,
  stores: TokenStores,
): Promise<TokenDecision> {
  const credentials = readAuthorization(request.authorization)
  if (credentials.kind === 'none') return refused({ kind: 'no-token' })
  if (credentials.kind === 'malformed') return refused({ kind: 'invalid-request' })
  const text = credentials.token
  if (text.length > MAX_TOKEN_LENGTH) return refused(invalidToken('too-large'))

  const digest = digestOf(text)
  const seen = stores.tokenCache.authentic(digest)
  const parsed = seen ? ({ kind: 'parsed', token: seen } as const) : parseToken(text)
  if (parsed.kind === 'invalid') return refused(invalidToken(parsed.why))
  const { token } = parsed

  const jwksUri = policy.issuers.get(token.claims.issuer)
  if (jwksUri === undefined) return refused(invalidToken('issuer'))
  const broken = brokenRule(token, policy, Math.floor(stores.clock.wall() / 1000))
  if (broken) {
    if (broken === 'expired') stores.tokenCache.forget(digest)
    return refused(invalidToken(broken))
  }

  const source = stores.keySources.at(jwksUri)
  if (!seen || source.current(seen.keyId) !== seen.key) {
    const refusal = await verifySignature(text, digest, token, source, stores.tokenCache)
    if (refusal) return refused(refusal)
  }

  const needed = neededScopes(policy, request.method)
  if (!needed.every((scope) => token.claims.scopes.has(scope)))
    return refused({ kind: 'insufficient-scope', scopes: needed })
  return { kind: 'verified', caller: token.claims }
}

async function verifySignature(
  text: string,
  digest: string,
  token: ParsedToken,
  source: ReturnType<KeySources['at']>,
  cache: TokenCache,
): Promise<Refusal | undefined> {
  cache.forget(digest)
  const lookup = await source.find(token.keyId)
  if (lookup.kind === 'unavailable') return { kind: 'undecided', why: 'signing keys not available' }
  if (lookup.kind === 'unknown') return invalidToken('key')

  const { key } = lookup
  // RFC 8725 §3.1: the key decides the algorithm; the header may only agree.
  if (key.algorithm !== token.algorithm) return invalidToken('algorithm')
  if (cache.isForged(digest, key)) return invalidToken('signature')
  try {
    await compactVerify(text, key.key, { algorithms: [key.algorithm] })
  } catch (cause) {
    // Anything but a verdict of jose on the token is our own trouble, and the shell answers that with 503.
    if (!(cause instanceof errors.JOSEError)) throw cause
    cache.keepForged(digest, key)
    return invalidToken('signature')
  }
  cache.keepAuthentic(digest, { ...token, key }, text.length)
  return undefined
}

function refused(refusal: Refusal): TokenDecision {
  return { kind: 'refused', refusal }
}
