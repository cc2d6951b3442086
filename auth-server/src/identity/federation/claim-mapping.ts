// What a provider tells of somebody, as claims of ours: by the table that its configuration has. Pure.
import { isFreeClaimName } from '@mobile-api-gateway/sdk/claim-names.ts'
import type { ProviderField, UpstreamIdentity } from './provider.ts'

/** Where it stands in what the provider tells, and what we call it. */
export interface MappedClaim {
  readonly path: readonly string[]
  readonly claim: string
}

const MAX_MAPPED = 32
const MAX_PATH = 8

export const CLAIMS_FIELD: ProviderField<readonly MappedClaim[]> = {
  about:
    'what it tells (a name, or names on the way into objects with dots between), and the claim that we make of it in access and ID tokens, like `{ org.department: department }`',
  byDefault: [],
  parse(value) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return {
        problem: 'has to be what it tells, each with the claim that we make of it, like { org.unit: department }',
      }
    const entries = Object.entries(value)
    if (entries.length > MAX_MAPPED) return { problem: `has ${MAX_MAPPED} entries at most` }
    const mapped: MappedClaim[] = []
    for (const [from, claim] of entries) {
      const path = pathOf(from)
      if (!path) return { problem: `has ${from}, which leads to nothing` }
      if (typeof claim !== 'string' || !isFreeClaimName(claim))
        return {
          problem: `makes ${String(claim)} of ${from}; a claim begins with a letter, has letters, digits and . _ - : /, and is none of the protocol's, this server's or a person's profile`,
        }
      if (mapped.some((other) => other.claim === claim)) return { problem: `makes ${claim} of two things` }
      mapped.push({ path, claim })
    }
    return { value: mapped }
  },
}

/** The claims that there is something for, each by its name. What is no own member of what the provider told is not there. */
export function mappedClaims(
  mapping: readonly MappedClaim[],
  { claims }: Pick<UpstreamIdentity, 'claims'>,
): readonly (readonly [claim: string, value: unknown])[] {
  return mapping.flatMap(({ path, claim }) => {
    const value = valueAt(claims, path)
    return value === undefined || value === null ? [] : [[claim, value] as const]
  })
}

/** A name, or the names on the way into objects; undefined where it leads to nothing. */
export function pathOf(text: string): readonly string[] | undefined {
  const path = text.split('.')
  return path.length > MAX_PATH || path.includes('') ? undefined : path
}

/** What stands there. A name with dots in it, as those of SAML attributes often are, counts first. */
export function valueAt(claims: UpstreamIdentity['claims'], path: readonly string[]): unknown {
  const whole = path.join('.')
  return Object.hasOwn(claims, whole) ? claims[whole] : path.reduce<unknown>(memberOf, claims)
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return Object.hasOwn(value, name) ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined
}
