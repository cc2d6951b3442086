// From the Authorization header to claims that are proven, or the refusal that RFC 6750 asks for.
import type { Clock } from '../../clock.ts'
import type { TokenConfig } from '../../schema/token-config.ts'
import { hasRequiredClaims } from '../claims/stage.ts'
import type { JudgePossession, ProofFacts } from '../dpop/stage.ts'
import type { JudgeStanding } from '../revocation/stage.ts'
import { readAuthorization, type Scheme } from './authorization.ts'
import { brokenRule } from './checks.ts'
import type { KeySource } from './key-source.ts'
import { insufficientLogin, wantedLogin } from './login.ts'
import { neededScopes } from './needed-scopes.ts'
import { invalidToken, type Refusal } from './refusals.ts'
import { carriesKnownSignature, verifySignature } from './signature.ts'
import { MAX_TOKEN_LENGTH, type ParsedToken, parseToken, type TokenClaims } from './token.ts'
import { digestOf, type TokenCache } from './token-cache.ts'

/** What the stage needs besides the request and its policy. */
export interface TokenStores {
  readonly clock: Clock
  /** By issuer: of those that the policy trusts. */
  readonly keySources: ReadonlyMap<string, KeySource>
  readonly tokenCache: TokenCache
  /** Whether the caller holds the key of a bound token. */
  readonly possession: JudgePossession
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

/** The stage's decision. `anonymous`: nobody showed anything, and this policy lets nobody pass. */
export type TokenDecision =
  | { readonly kind: 'verified'; readonly claims: TokenClaims }
  | { readonly kind: 'anonymous' }
  | {
      readonly kind: 'refused'
      readonly refusal: Refusal
      readonly scheme: Scheme | undefined
      /** Where it is certain who signed them. */
      readonly claims?: TokenClaims
    }

/**
 * Decides on one request (RFC 6750, RFC 9068 §4). A token seen before costs one hash and no signature check; whether it is
 * still valid, for this policy, with a key that is still published, is decided anew every time.
 */
export async function verifyToken(
  request: TokenRequest,
  policy: TokenConfig,
  stores: TokenStores,
): Promise<TokenDecision> {
  const credentials = readAuthorization(request.authorization)
  if (credentials.kind === 'none' && policy.anonymous) return { kind: 'anonymous' }
  if (credentials.kind === 'none' || credentials.kind === 'other') return refused({ kind: 'no-token' }, undefined)
  if (credentials.scheme === 'dpop' && policy.dpop.mode === 'off') return refused({ kind: 'no-token' }, undefined)
  if (credentials.kind === 'malformed') return refused({ kind: 'invalid-request' }, credentials.scheme)
  const { token, scheme } = credentials

  const authentic = await verifyText(token, policy, stores)
  if (authentic.kind === 'refused') return refused(authentic.refusal, scheme, authentic.claims)
  const { claims } = authentic.token
  const refusal =
    (await refusalOfRevocation(claims, stores)) ??
    unusableScheme(claims.boundTo, scheme, policy) ??
    (claims.boundTo === undefined ? undefined : await refusalOfPossession(token, claims.boundTo, request, stores)) ??
    unauthorized(authentic.token, request, policy) ??
    insufficient(claims, policy, nowSeconds(stores))
  return refusal ? refused(refusal, scheme, claims) : { kind: 'verified', claims }
}

type Authentic =
  | { readonly kind: 'authentic'; readonly token: ParsedToken }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly claims?: TokenClaims }

/** The token by itself: whoever sent it, and however. */
async function verifyText(text: string, policy: TokenConfig, stores: TokenStores): Promise<Authentic> {
  if (text.length > MAX_TOKEN_LENGTH) return notAuthentic(invalidToken('too-large'))

  const digest = digestOf(text)
  const seen = stores.tokenCache.authentic(digest)
  const parsed = seen ? ({ kind: 'parsed', token: seen } as const) : parseToken(text)
  if (parsed.kind === 'invalid') return notAuthentic(invalidToken(parsed.why))
  const { token } = parsed

  const source = stores.keySources.get(token.claims.issuer)
  if (source === undefined) return notAuthentic(invalidToken('issuer'))
  const broken = brokenRule(token, policy, nowSeconds(stores))
  if (broken) {
    const isSigned =
      seen && source.publishes(seen.key)
        ? true
        : broken !== 'algorithm' && (await carriesKnownSignature(text, digest, token, source, stores.tokenCache))
    return notAuthentic(invalidToken(broken), isSigned ? token.claims : undefined)
  }

  if (!seen || !source.publishes(seen.key)) {
    const refusal = await verifySignature(text, digest, token, source, stores.tokenCache)
    if (refusal) return notAuthentic(refusal)
  }
  return { kind: 'authentic', token }
}

/** RFC 9449 §7.1, §7.2: a bound token is no bearer token, and calling a bearer token DPoP makes it no better. */
function unusableScheme(boundTo: string | undefined, scheme: Scheme, { dpop }: TokenConfig): Refusal | undefined {
  if (boundTo === undefined) {
    if (scheme === 'dpop') return invalidToken('not-bound')
    return dpop.mode === 'required' ? invalidToken('binding-required') : undefined
  }
  if (dpop.mode === 'off') return invalidToken('proof-of-possession')
  return scheme === 'bearer' ? invalidToken('bound') : undefined
}

/** At every request, also of a token seen before: a look into memory. */
async function refusalOfRevocation(claims: TokenClaims, { standing }: TokenStores): Promise<Refusal | undefined> {
  const verdict = await standing(claims)
  if (verdict === 'standing') return undefined
  return verdict === 'revoked' ? invalidToken('revoked') : { kind: 'undecided', why: 'revocations not known' }
}

async function refusalOfPossession(
  token: string,
  boundTo: string,
  request: TokenRequest,
  { possession }: TokenStores,
): Promise<Refusal | undefined> {
  const problem = await possession({ token, boundTo }, await request.readProof())
  return problem?.kind === 'other-key' ? invalidToken('other-key') : problem
}

function unauthorized({ claims }: ParsedToken, request: TokenRequest, policy: TokenConfig): Refusal | undefined {
  if (policy.allowedClients && !policy.allowedClients.has(claims.clientId)) return { kind: 'client' }
  const isUser = claims.subject !== claims.clientId
  if (isUser && !policy.requiredKind.has(claims.subjectKind)) return { kind: 'subject-kind', why: claims.subjectKind }
  if (isUser && !claims.isAttested && policy.requiredAttestation.has(claims.subjectKind)) return { kind: 'attestation' }
  if (isUser && !hasRequiredClaims(policy, claims)) return { kind: 'claim' }
  const needed = neededScopes(policy, request.method)
  return needed.every((scope) => claims.scopes.has(scope)) ? undefined : { kind: 'insufficient-scope', scopes: needed }
}

/** RFC 9470 §3; after all else, so that nobody logs in again for a call that is refused all the same. */
function insufficient(claims: TokenClaims, policy: TokenConfig, now: number): Refusal | undefined {
  const why = insufficientLogin(claims, policy, now)
  return why && { kind: 'insufficient-login', why, wanted: wantedLogin(policy) }
}

function nowSeconds({ clock }: TokenStores): number {
  return Math.floor(clock.wall() / 1000)
}

function notAuthentic(refusal: Refusal, claims?: TokenClaims): Authentic {
  return { kind: 'refused', refusal, ...(claims && { claims }) }
}

function refused(refusal: Refusal, scheme: Scheme | undefined, claims?: TokenClaims): TokenDecision {
  return { kind: 'refused', refusal, scheme, ...(claims && { claims }) }
}
