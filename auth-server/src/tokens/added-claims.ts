// Claims that others add to a login: a provider's, of forms, of hooks. Here they are checked, bounded and put together.

import { isClaimName, isReservedClaim } from '@mobile-api-gateway/sdk/claim-names.ts'
import type { AddedClaims, ClaimNames, ClaimSet } from '../store/added-claims.ts'

/** Of all that is added to one token of a login, as JSON; it travels in a header with each call. */
export const MAX_ADDED_BYTES = 2048
const MAX_CLAIMS = 32
const MAX_DEPTH = 4
const TOKENS = ['access_token', 'id_token'] as const satisfies readonly (keyof AddedClaims)[]

/** The claims, or one sentence on what is wrong with them. */
export type Addition = Readonly<{ claims: AddedClaims }> | Readonly<{ wrong: string }>

/**
 * Adds claims to those that a login has; of one name the later counts.
 * @param more `{ "access_token": {…}, "id_token": {…} }`, each may be missing; from outside, so it can be anything
 */
export function addClaims(before: AddedClaims, more: unknown): Addition {
  if (!isObject(more)) return { wrong: 'claims have to be an object' }
  const other = Object.keys(more).find((name) => !TOKENS.some((token) => token === name))
  if (other !== undefined) return { wrong: `claims are for ${TOKENS.join(' or ')}, not for ${shown(other)}` }
  const claims: { -readonly [Token in keyof AddedClaims]: ClaimSet } = {}
  for (const token of TOKENS) {
    const added = more[token] ?? {}
    if (!isObject(added)) return { wrong: `claims for ${token} have to be an object` }
    const wrong = wrongClaim(added)
    if (wrong !== undefined) return { wrong }
    const all = { ...before[token], ...added }
    const excess = excessOf(all)
    if (excess !== undefined) return { wrong: `${token} would get ${excess} can be added` }
    if (Object.keys(all).length > 0) claims[token] = all
  }
  return { claims }
}

/** What a login's tokens carry, which of it gives way first to what is more needed, and what found no room. */
export interface FittedClaims {
  readonly claims: AddedClaims
  readonly yielding: ClaimNames
  readonly leftOut: ClaimNames
}

/**
 * Puts claims together as far as a token carries them; of one name what is needed more counts.
 * @param firm what is never left out; checked before
 * @param yielding the rest, what is needed least first
 */
export function fitClaims(firm: AddedClaims, yielding: readonly AddedClaims[]): FittedClaims {
  const claims: { -readonly [Token in keyof AddedClaims]: ClaimSet } = {}
  const yields: { -readonly [Token in keyof AddedClaims]: string[] } = {}
  const leftOut: { -readonly [Token in keyof AddedClaims]: string[] } = {}
  for (const token of TOKENS) {
    let kept: ClaimSet = firm[token] ?? {}
    for (const [name, value] of yielding.toReversed().flatMap((layer) => Object.entries(layer[token] ?? {}))) {
      if (Object.hasOwn(kept, name)) continue
      const all = { ...kept, [name]: value }
      if (wrongClaim({ [name]: value }) === undefined && excessOf(all) === undefined) {
        kept = all
        yields[token] = [name, ...(yields[token] ?? [])]
      } else leftOut[token] = [name, ...(leftOut[token] ?? [])]
    }
    if (Object.keys(kept).length > 0) claims[token] = kept
  }
  return { claims, yielding: yields, leftOut }
}

/** The claims of a login as what is firm, and what gives way, in the order of its names. */
export function layersOf(
  claims: AddedClaims,
  yielding: ClaimNames,
): Readonly<{ firm: AddedClaims; yielding: readonly AddedClaims[] }> {
  const firm: { -readonly [Token in keyof AddedClaims]: ClaimSet } = {}
  const layers: AddedClaims[] = []
  for (const token of TOKENS) {
    const all = claims[token] ?? {}
    const names = yielding[token] ?? []
    firm[token] = Object.fromEntries(Object.entries(all).filter(([name]) => !names.includes(name)))
    layers.push(...names.map((name) => ({ [token]: { [name]: all[name] } })))
  }
  return { firm, yielding: layers }
}

/** What is too much for one token, as the middle of a sentence. */
function excessOf(all: ClaimSet): string | undefined {
  const names = Object.keys(all).length
  if (names > MAX_CLAIMS) return `${names} claims; at most ${MAX_CLAIMS}`
  const bytes = Buffer.byteLength(JSON.stringify(all))
  return bytes > MAX_ADDED_BYTES ? `${bytes} bytes of claims; at most ${MAX_ADDED_BYTES}` : undefined
}

function wrongClaim(added: Readonly<Record<string, unknown>>): string | undefined {
  for (const [name, value] of Object.entries(added)) {
    if (!isClaimName(name))
      return `${shown(name)} cannot be the name of a claim: letters, digits and . _ - : / after a first letter, at most 100`
    if (isReservedClaim(name)) return `the claim ${name} is the server's own`
    if (!isTellable(value, 1))
      return `the claim ${name} has to be text, a number (a whole one of at most 15 digits), true, false, or lists and objects of these, ${MAX_DEPTH} deep at most`
  }
  return undefined
}

/** What PostgreSQL's jsonb and every reader of a token take: no null, no NUL, no half of a surrogate pair. */
function isTellable(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return isTellableText(value)
  // A whole number beyond these has been rounded when it was read: it would be somebody else's id.
  if (typeof value === 'number')
    return Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value))
  if (typeof value === 'boolean') return true
  if (depth >= MAX_DEPTH) return false
  if (Array.isArray(value)) return value.every((item) => isTellable(item, depth + 1))
  return (
    isObject(value) &&
    Object.entries(value).every(
      ([name, item]) => name !== '__proto__' && isTellableText(name) && isTellable(item, depth + 1),
    )
  )
}

function isTellableText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Names come from outside, and sentences go to logs. */
function shown(name: string): string {
  return JSON.stringify(name.toWellFormed().slice(0, 40))
}
