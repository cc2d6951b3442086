// Reads the text of a JWT access token (RFC 9068) into typed claims. Nothing here proves that they are true.

import { algorithmOf } from '@mobile-api-gateway/sdk/algorithm.ts'
import { SUBJECT_KINDS, type SubjectKind } from '@mobile-api-gateway/sdk/subject-kind.ts'
import secureJson from 'secure-json-parse'
import type { InvalidToken } from './refusals.ts'

/** Longest token looked at, in characters: the cap comes before any decoding. */
export const MAX_TOKEN_LENGTH = 8192

/** The claims we use, well formed; whether they are true is another question. */
export interface TokenClaims {
  readonly issuer: string
  readonly subject: string
  readonly clientId: string
  /** Space separated; may be empty. */
  readonly scope: string
  readonly applicationId: string | undefined
  readonly plan: string | undefined
  readonly audiences: readonly string[]
  /** Seconds since 1970, as `exp`, `nbf` and `iat`. */
  readonly expiresAt: number
  readonly notBefore: number | undefined
  readonly issuedAt: number
  readonly scopes: ReadonlySet<string>
  /** Who its user is (`subject_kind`): who says nothing of it knows accounts alone. */
  readonly subjectKind: SubjectKind
  /** Whether a phone has vouched for the key that it is bound to (`attested`); anything but true is no. */
  readonly isAttested: boolean
  /** The login behind it, which can be revoked (`grant_id`); a machine's token has none. */
  readonly grantId: string | undefined
  /** Thumbprint of the key that the token is bound to (`cnf.jkt`, RFC 9449 §6.1). */
  readonly boundTo: string | undefined
  /** How the user logged in (`acr`), and when (`auth_time`); a machine's token has neither. What is no such claim is none. */
  readonly acr: string | undefined
  readonly authTime: number | undefined
  /** The claims that are lists of names, such as groups or roles. */
  readonly lists: ReadonlyMap<string, readonly string[]>
  /** The claims that are none of the above, as they stand. */
  readonly others: ReadonlyMap<string, unknown>
}

/** Header and claims as the text states them. `keyId` is only ever compared; RFC 7515 §4.1.4 makes it optional. */
export interface ParsedToken {
  readonly algorithm: string
  readonly keyId: string | undefined
  readonly claims: TokenClaims
}

type Parsed =
  | { readonly kind: 'parsed'; readonly token: ParsedToken }
  | { readonly kind: 'invalid'; readonly why: InvalidToken }

const COMPACT_JWS = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/
const TYPES = new Set(['at+jwt', 'application/at+jwt'])
/** What may become a header value as it is: printable ASCII, not blank at either end, so that no two users look alike. */
const NAME = /^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/
/** SHA-256, base64url. */
const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/
// RFC 6749 §3.3; the empty string is a token without any scope
const SCOPE = /^(?:[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*)?$/

/** Reads header and claims. Header parameters such as jku, x5u and jwk are not even looked at. */
export function parseToken(text: string): Parsed {
  if (text.length > MAX_TOKEN_LENGTH) return invalid('too-large')
  const parts = COMPACT_JWS.exec(text)
  const header = decodeObject(parts?.[1])
  const payload = decodeObject(parts?.[2])
  if (!header || !payload) return invalid('malformed')

  // RFC 7515 §4.1.11: a critical extension that is not understood makes the token invalid; we understand none.
  if (Object.hasOwn(header, 'crit')) return invalid('critical')
  // RFC 9068 §4: the type tells access tokens from ID tokens of the same issuer.
  if (typeof header.typ !== 'string' || !TYPES.has(header.typ.toLowerCase())) return invalid('type')
  if (typeof header.alg !== 'string') return invalid('algorithm')
  if (header.kid !== undefined && typeof header.kid !== 'string') return invalid('key')
  // RFC 7800 §3: a token bound in a way that we cannot check must not pass as one that is not bound.
  const binding = readBinding(payload)
  if (!binding) return invalid('proof-of-possession')

  const claims = readClaims(payload, binding.boundTo)
  if (!claims) return invalid('claims')
  return { kind: 'parsed', token: { algorithm: algorithmOf(header.alg), keyId: header.kid, claims } }
}

/** RFC 9068 §2.2: the claims every access token has, plus ours. */
function readClaims(payload: Readonly<Record<string, unknown>>, boundTo: string | undefined): TokenClaims | undefined {
  // RFC 9068 §2.2.3: a token may come without a scope; it has none then.
  const {
    iss,
    aud,
    sub,
    client_id,
    scope = '',
    exp,
    nbf,
    iat,
    app_id,
    plan,
    grant_id,
    acr,
    auth_time,
    subject_kind = 'account',
    attested,
    jti,
    cnf,
    ...others
  } = payload
  const subjectKind = SUBJECT_KINDS.find((kind) => kind === subject_kind)
  const audiences = typeof aud === 'string' ? [aud] : aud
  if (typeof iss !== 'string' || !isName(sub) || !isName(client_id)) return undefined
  if (!Array.isArray(audiences) || !audiences.every((item) => typeof item === 'string')) return undefined
  if (typeof scope !== 'string' || !SCOPE.test(scope)) return undefined
  if (!isTime(exp) || !isTime(iat) || !(nbf === undefined || isTime(nbf))) return undefined
  if (!(app_id === undefined || isName(app_id)) || !(plan === undefined || isName(plan))) return undefined
  if (!(grant_id === undefined || isName(grant_id))) return undefined
  // One that we do not know is no account.
  if (subjectKind === undefined) return undefined
  return {
    issuer: iss,
    audiences,
    subject: sub,
    clientId: client_id,
    scope,
    scopes: new Set(scope.split(' ')),
    expiresAt: exp,
    notBefore: nbf,
    issuedAt: iat,
    applicationId: app_id,
    plan,
    subjectKind,
    isAttested: attested === true && boundTo !== undefined,
    grantId: grant_id,
    boundTo,
    acr: isName(acr) ? acr : undefined,
    authTime: isTime(auth_time) ? auth_time : undefined,
    lists: readLists(payload),
    others: readOthers(others),
  }
}

const NO_OTHERS: TokenClaims['others'] = new Map()

function readOthers(others: Readonly<Record<string, unknown>>): TokenClaims['others'] {
  const stated = Object.entries(others)
  return stated.length === 0 ? NO_OTHERS : new Map(stated)
}

const NO_LISTS: TokenClaims['lists'] = new Map()

function readLists(payload: Readonly<Record<string, unknown>>): TokenClaims['lists'] {
  const lists = Object.entries(payload).filter(
    (entry): entry is [string, string[]] => entry[0] !== 'aud' && Array.isArray(entry[1]) && entry[1].every(isName),
  )
  return lists.length === 0 ? NO_LISTS : new Map(lists)
}

/** RFC 9449 §6.1: `cnf` holds the thumbprint of a key, as its one member. */
function readBinding(payload: Readonly<Record<string, unknown>>): { readonly boundTo: string | undefined } | undefined {
  if (!Object.hasOwn(payload, 'cnf')) return { boundTo: undefined }
  const { cnf } = payload
  if (!isObject(cnf) || Object.keys(cnf).length !== 1) return undefined
  const { jkt } = cnf
  return typeof jkt === 'string' && THUMBPRINT.test(jkt) ? { boundTo: jkt } : undefined
}

function decodeObject(part: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (part === undefined) return undefined
  try {
    const value: unknown = secureJson.parse(Buffer.from(part, 'base64url').toString())
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && NAME.test(value)
}

/** NumericDate (RFC 7519 §2): JSON numbers only. */
function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

function invalid(why: InvalidToken): Parsed {
  return { kind: 'invalid', why }
}
