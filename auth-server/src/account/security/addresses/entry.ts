// The line of the security page about e-mail addresses.
import { listAddresses } from '../../../store/tables/email-addresses.ts'
import { hrefOf, PATHS } from '../../paths.ts'
import type { FindSecurityEntry } from '../entry.ts'

export const addressesEntry: FindSecurityEntry = async ({ db }, { session }) => {
  const addresses = await listAddresses(db, session.personId)
  return ({ account }) => ({
    key: account.addresses.title,
    value: addresses.length === 0 ? undefined : addresses.map(({ address }) => address).join(', '),
    change: { href: hrefOf(PATHS.addresses, {}) },
  })
}
