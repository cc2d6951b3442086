// The claims of OpenID Connect that people fill in themselves: of which kind each is, and how an answer is kept. Pure.
import type { StandardClaims } from '../store/standard-claims.ts'
import { READ_TEXT, type TextKind } from './claim-kinds.ts'
import { MAX_NAME_LENGTH } from './person-name.ts'

interface ClaimField {
  readonly kind: TextKind
  /** In characters. */
  readonly maxLength: number
  /** What browsers fill in (HTML §4.10.18.7). */
  readonly autocomplete: string
}

const MAX_LINE = 100

/** By the claim's name; parts of the address by theirs below it. */
export const CLAIM_FIELDS = {
  given_name: { kind: 'line', maxLength: MAX_NAME_LENGTH, autocomplete: 'given-name' },
  middle_name: { kind: 'line', maxLength: MAX_NAME_LENGTH, autocomplete: 'additional-name' },
  family_name: { kind: 'line', maxLength: MAX_NAME_LENGTH, autocomplete: 'family-name' },
  nickname: { kind: 'line', maxLength: MAX_NAME_LENGTH, autocomplete: 'nickname' },
  preferred_username: { kind: 'line', maxLength: MAX_NAME_LENGTH, autocomplete: 'off' },
  birthdate: { kind: 'date', maxLength: 10, autocomplete: 'bday' },
  gender: { kind: 'line', maxLength: MAX_LINE, autocomplete: 'sex' },
  zoneinfo: { kind: 'zone', maxLength: MAX_LINE, autocomplete: 'off' },
  website: { kind: 'url', maxLength: 500, autocomplete: 'url' },
  profile: { kind: 'url', maxLength: 500, autocomplete: 'url' },
  picture: { kind: 'url', maxLength: 500, autocomplete: 'photo' },
  phone_number: { kind: 'phone', maxLength: 40, autocomplete: 'tel' },
  'address.street_address': { kind: 'lines', maxLength: 200, autocomplete: 'street-address' },
  'address.postal_code': { kind: 'line', maxLength: 20, autocomplete: 'postal-code' },
  'address.locality': { kind: 'line', maxLength: MAX_LINE, autocomplete: 'address-level2' },
  'address.region': { kind: 'line', maxLength: MAX_LINE, autocomplete: 'address-level1' },
  'address.country': { kind: 'country', maxLength: 2, autocomplete: 'country' },
} as const satisfies Readonly<Record<string, ClaimField>>

export type ClaimFieldName = keyof typeof CLAIM_FIELDS

export function isClaimField(name: string): name is ClaimFieldName {
  return Object.hasOwn(CLAIM_FIELDS, name)
}

/** The text as it is kept; undefined for what is none. */
export function readClaimText(name: ClaimFieldName, typed: string): string | undefined {
  const { kind, maxLength } = CLAIM_FIELDS[name]
  return READ_TEXT[kind](typed, maxLength)
}

/** What stands there, by field; nothing where nobody has said anything. */
export function claimTexts({ address = {}, ...claims }: StandardClaims): ReadonlyMap<string, string> {
  const parts = Object.entries(address).map(([name, value]) => [`address.${name}`, value] as const)
  return new Map([...Object.entries(claims), ...parts])
}

/**
 * What becomes of the claims when some fields are answered; undefined takes one away.
 * @param before which the parts of an address that are not answered stay as in
 */
export function changedClaims(
  before: StandardClaims,
  answers: ReadonlyMap<ClaimFieldName, string | undefined>,
): Readonly<Partial<Record<keyof StandardClaims, unknown>>> {
  const plain = [...answers].filter(([name]) => !name.startsWith('address.'))
  const parts = [...answers].filter(([name]) => name.startsWith('address.'))
  if (parts.length === 0) return Object.fromEntries(plain)
  const address = { ...before.address, ...Object.fromEntries(parts.map(([name, text]) => [name.slice(8), text])) }
  const isThere = Object.values(address).some((text) => text !== undefined)
  return { ...Object.fromEntries(plain), address: isThere ? address : undefined }
}
