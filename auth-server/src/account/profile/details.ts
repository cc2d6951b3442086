// What people say of themselves, in groups: a group is a page, its fields are claims of OpenID Connect.
import type { ClaimFieldName } from '../../identity/standard-claims.ts'
import type { Texts } from '../../pages/locales/en.ts'

/** By the last part of the page's address. */
export const DETAIL_GROUPS = {
  names: ['given_name', 'middle_name', 'family_name', 'nickname', 'preferred_username'],
  person: ['birthdate', 'gender', 'zoneinfo'],
  links: ['website', 'profile', 'picture'],
  phone: ['phone_number'],
  address: ['address.street_address', 'address.postal_code', 'address.locality', 'address.region', 'address.country'],
} as const satisfies Readonly<Record<keyof Texts['claims']['groups'], readonly ClaimFieldName[]>>

export type DetailGroup = keyof typeof DETAIL_GROUPS

export function isDetailGroup(name: string): name is DetailGroup {
  return Object.hasOwn(DETAIL_GROUPS, name)
}
