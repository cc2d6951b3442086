// How a claim of an access token stands in a header: the gateway writes and backends read it by these rules. Pure.
import { IDENTITY_HEADER } from './identity-headers.ts'

/** Of the claim, in UTF-8. */
export const MAX_CLAIM_BYTES = 64

/** What headers with claims begin with: no client can send these. */
export const CLAIM_HEADER_PREFIX = 'X-Authenticated-'

/** Headers that begin so and are no claim's: the gateway's own, and the one that Kong's acl writes. */
export const NO_CLAIM_HEADERS: readonly string[] = [
  ...Object.values(IDENTITY_HEADER).filter((name) => name.startsWith(CLAIM_HEADER_PREFIX)),
  'X-Authenticated-Groups',
]

const NAME = /^X-Authenticated-[A-Za-z0-9-]+$/
const FIXED: ReadonlySet<string> = new Set(NO_CLAIM_HEADERS.map((name) => name.toLowerCase()))

/** Whether a header of this name can carry a claim. */
export function isClaimHeader(name: string): boolean {
  return NAME.test(name) && !FIXED.has(name.toLowerCase())
}

/** Ids and values of a list: letters and digits of any script, and few signs. No blank, so no text; no @ and no +, so no address and no number to call. */
const VALUE = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._~:/-]*$/u

/**
 * The claim as the value of a header: percent-encoded UTF-8; of a list its members, with blanks between them. Undefined
 * where no header may say it. An unsafe value is never repaired, since that could make it another one.
 */
export function claimHeaderValue(claim: unknown): string | undefined {
  const stated: readonly unknown[] = Array.isArray(claim) ? claim : [claim]
  const members = stated.map(textOf).filter((member) => VALUE.test(member))
  if (members.length === 0 || members.length < stated.length) return undefined
  return byteLength(members.join(' ')) > MAX_CLAIM_BYTES
    ? undefined
    : members.map((member) => encodeURIComponent(member)).join(' ')
}

/** What such a header says; undefined where it is none. */
export function claimHeaderMembers(value: string): readonly string[] | undefined {
  const parts = value.split(' ')
  if (!parts.every((part) => /^(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})+$/.test(part))) return undefined
  try {
    const members = parts.map((part) => decodeURIComponent(part))
    return claimHeaderValue(members) === value ? members : undefined
  } catch {
    return undefined
  }
}

/** Empty where it is no single value. */
function textOf(member: unknown): string {
  if (typeof member === 'string') return member
  return typeof member === 'boolean' || Number.isSafeInteger(member) ? String(member) : ''
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length
}
