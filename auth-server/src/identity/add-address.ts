// Adding an address to an account, by the mail that went to it: by its link, or by its code at the account.
import type { AuditContext } from '../audit/context.ts'
import { record } from '../audit/record.ts'
import type { Db } from '../store/database.ts'
import { noteChange } from '../store/queries/account-changes.ts'
import { type AddressAdded, addProvenAddress, findAddressLink } from '../store/queries/add-address.ts'
import { lockInvitation } from '../store/tables/invitations.ts'
import { emailKey } from './email.ts'
import { acceptInvitation } from './invitations.ts'

/** Addresses of one person. */
export const MAX_ADDRESSES = 10

/** Adds the address that a challenge was mailed to; the addresses that were there before hear of it, and can take it back. */
export function addAddress(db: Db, challengeId: string, context: AuditContext): Promise<AddressAdded['kind']> {
  return db.transaction().execute(async (trx) => {
    const link = await findAddressLink(trx, challengeId)
    const invitation = link && (await lockInvitation(trx, emailKey(link.address) ?? ''))
    const added = await addProvenAddress(trx, challengeId, MAX_ADDRESSES)
    if (added.kind !== 'added') return added.kind
    const { personId, key } = added
    await noteChange(trx, { personId, kind: 'address-added', subject: key })
    await record(trx, { type: 'address', outcome: 'added', personId }, context)
    await acceptInvitation(trx, invitation, personId, context)
    return 'added'
  })
}
