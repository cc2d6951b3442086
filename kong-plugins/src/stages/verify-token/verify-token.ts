// The first stage: from the Authorization header to a proven caller, or the refusal that RFC 6750 asks for.
import { hash } from 'node:crypto'
import { namesOf } from '@mobile-api-gateway/sdk/algorithm.ts'
import { checkProof } from '@mobile-api-gateway/sdk/dpop-proof.ts'
import { compactVerify, errors } from 'jose'
import type { Clock } from '../../clock.ts'
import type { ProofMemory } from '../dpop/proof-memory.ts'
import { readTarget } from '../dpop/target.ts'
import type { JudgeStanding } from '../revocation/standings.ts'
import { readAuthorization, type Scheme } from './authorization.ts'
import { brokenRule } from './checks.ts'
import type { KeySource } from './key-source.ts'
import type { KeySources } from './key-sources.ts'
import type { PublishedKey } from './keys.ts'
import { neededScopes, type TokenPolicy } from './policy.ts'
import { invalidProof, invalidToken, type Refusal } from './refusals.ts'
import { type Claims, MAX_TOKEN_LENGTH, type ParsedToken, parseToken } from './token.ts'
import { digestOf, type TokenCache } from './token-cache.ts'

/** What the stage needs besides the request and its policy. */
export interface TokenStores {
  readonly clock: Clock
  readonly keySources: Pick<KeySources, 'at'>
  readonly tokenCache: TokenCache
  readonly proofs: ProofMemory
  /** Whether a token has been revoked. */
  readonly standing: JudgeStanding
}

/** The facts of a request that decide. `method` only where the policy depends on it. */
export interface TokenRequest {
  readonly authorization: string | undefined
  readonly method: string | undefined
  /** Reads what a proof of possession is held against. It costs calls, so it is asked for bound tokens alone. */
  readonly readProof: () => Promise<ProofFacts>
}

/** A proof, and the request that it has to be for. */
export interface ProofFacts {
  /** The DPoP header; repeated ones joined by a comma. */
  readonly header: string | undefined
  readonly requestLine: string | undefined
}

/** The stage's decision. `anonymous`: nobody showed anything, and this policy lets nobody pass. */
export type TokenDecision =
  | { readonly kind: 'verified'; readonly claims: Claims }
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly scheme: Scheme | undefined }

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
  if (credentials.kind === 'none' && policy.anonymous) return { kind: 'anonymous' }
  if (credentials.kind === 'none' || credentials.kind === 'other') return refused({ kind: 'no-token' }, undefined)
  if (credentials.scheme === 'dpop' && policy.dpop.mode === 'off') return refused({ kind: 'no-token' }, undefined)
  if (credentials.kind === 'malformed') return refused({ kind: 'invalid-request' }, credentials.scheme)
  const { token, scheme } = credentials

  const authentic = await verifyText(token, policy, stores)
  if (authentic.kind === 'refused') return refused(authentic.refusal, scheme)
  const { claims } = authentic.token
  const refusal =
    (await refusalOfRevocation(claims, stores)) ??
    unusableScheme(claims.boundTo, scheme, policy) ??
    (claims.boundTo === undefined ? undefined : await refusalOfProof(token, claims.boundTo, request, policy, stores)) ??
    unauthorized(authentic.token, request, policy)
  return refusal ? refused(refusal, scheme) : { kind: 'verified', claims }
}

type Authentic =
  | { readonly kind: 'authentic'; readonly token: ParsedToken }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

/** The token by itself: whoever sent it, and however. */
async function verifyText(text: string, policy: TokenPolicy, stores: TokenStores): Promise<Authentic> {
  if (text.length > MAX_TOKEN_LENGTH) return notAuthentic(invalidToken('too-large'))

  const digest = digestOf(text)
  const seen = stores.tokenCache.authentic(digest)
  const parsed = seen ? ({ kind: 'parsed', token: seen } as const) : parseToken(text)
  if (parsed.kind === 'invalid') return notAuthentic(invalidToken(parsed.why))
  const { token } = parsed

  const jwksUri = policy.issuers.get(token.claims.issuer)
  if (jwksUri === undefined) return notAuthentic(invalidToken('issuer'))
  const broken = brokenRule(token, policy, Math.floor(stores.clock.wall() / 1000))
  if (broken) {
    if (broken === 'expired') stores.tokenCache.forget(digest)
    return notAuthentic(invalidToken(broken))
  }

  const source = stores.keySources.at(jwksUri)
  if (!seen || !source.publishes(seen.key)) {
    const refusal = await verifySignature(text, digest, token, source, stores.tokenCache)
    if (refusal) return notAuthentic(refusal)
  }
  return { kind: 'authentic', token }
}

/** RFC 9449 §7.1, §7.2: a bound token is no bearer token, and calling a bearer token DPoP makes it no better. */
function unusableScheme(boundTo: string | undefined, scheme: Scheme, { dpop }: TokenPolicy): Refusal | undefined {
  if (boundTo === undefined) {
    if (scheme === 'dpop') return invalidToken('not-bound')
    return dpop.mode === 'required' ? invalidToken('binding-required') : undefined
  }
  if (dpop.mode === 'off') return invalidToken('proof-of-possession')
  return scheme === 'bearer' ? invalidToken('bound') : undefined
}

/** At every request, also of a token seen before: a look into memory. */
async function refusalOfRevocation(claims: Claims, { standing }: TokenStores): Promise<Refusal | undefined> {
  const verdict = await standing(claims)
  if (verdict === 'standing') return undefined
  return verdict === 'revoked' ? invalidToken('revoked') : { kind: 'undecided', why: 'revocations not known' }
}

async function refusalOfProof(
  token: string,
  boundTo: string,
  request: TokenRequest,
  { dpop: { origins, windowSeconds } }: TokenPolicy,
  { clock, proofs }: TokenStores,
): Promise<Refusal | undefined> {
  const { header, requestLine } = await request.readProof()
  const proof = await checkProof(header, readTarget(requestLine, origins))
  if (proof.kind === 'unsound') return invalidProof(proof.why)
  const judged = await proof.judge<Refusal>({
    ath: ({ ath }) => (ath === hash('sha256', token, 'base64url') ? 'passed' : invalidProof('ath')),
    time: ({ issuedAt }) =>
      Math.abs(clock.wall() / 1000 - issuedAt) <= windowSeconds ? 'passed' : invalidProof('iat'),
    key: ({ thumbprint }) => (thumbprint === boundTo ? 'passed' : invalidToken('other-key')),
    nonce: 'not demanded',
    once: async (claims) => {
      const use = await proofs.use(claims, windowSeconds)
      if (use.kind === 'undecided') return { kind: 'undecided', why: use.why }
      return use.kind === 'repeated' ? invalidProof('repeated') : 'passed'
    },
  })
  return judged.kind === 'refused' ? judged.refusal : undefined
}

function unauthorized({ claims }: ParsedToken, request: TokenRequest, policy: TokenPolicy): Refusal | undefined {
  if (policy.allowedClients && !policy.allowedClients.has(claims.clientId)) return { kind: 'client' }
  const needed = neededScopes(policy, request.method)
  return needed.every((scope) => claims.scopes.has(scope)) ? undefined : { kind: 'insufficient-scope', scopes: needed }
}

async function verifySignature(
  text: string,
  digest: string,
  token: ParsedToken,
  source: KeySource,
  cache: TokenCache,
): Promise<Refusal | undefined> {
  cache.forget(digest)
  const lookup = await source.find(token)
  if (lookup.kind === 'unavailable') return { kind: 'undecided', why: 'signing keys not available' }
  if (lookup.kind === 'unknown') return invalidToken('key')

  const tried = [...lookup.keys]
  let key = await signer(text, digest, tried, cache)
  if (!key) {
    const others = await source.findOthers(token, tried)
    tried.push(...others)
    key = await signer(text, digest, others, cache)
  }
  // RFC 8725 §3.1: the keys decide the algorithm; the header may only agree.
  if (tried.length === 0) return invalidToken('algorithm')
  if (!key) {
    cache.keepForged(digest, tried)
    return invalidToken('signature')
  }
  cache.keepAuthentic(digest, { ...token, key }, text.length)
  return undefined
}

/** The key whose signature the token carries, if any. */
async function signer(
  text: string,
  digest: string,
  keys: readonly PublishedKey[],
  cache: TokenCache,
): Promise<PublishedKey | undefined> {
  for (const key of keys) {
    if (cache.isForged(digest, key)) continue
    try {
      await compactVerify(text, key.key, { algorithms: [...namesOf(key.algorithm)] })
      return key
    } catch (error) {
      // Anything but a verdict of jose on the token is our own trouble, and the shell answers that with 503.
      if (!(error instanceof errors.JOSEError)) throw error
    }
  }
  return undefined
}

function notAuthentic(refusal: Refusal): Authentic {
  return { kind: 'refused', refusal }
}

function refused(refusal: Refusal, scheme: Scheme | undefined): TokenDecision {
  return { kind: 'refused', refusal, scheme }
}
