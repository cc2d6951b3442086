// Adding an address to an account, or confirming one that it has, by the mail that went to it: by its link, or by its code at the account.
import type { AuditContext } from '../audit/context.ts'
import { record } from '../audit/record.ts'
import type { Db } from '../store/database.ts'
import { endAllButSession } from '../store/end-sessions.ts'
import { holdSession, unlessOver } from '../store/lock-account.ts'
import { noteChange } from '../store/queries/account-changes.ts'
import { type AddressAdded, addProvenAddress, findAddressLink } from '../store/queries/add-address.ts'
import { setOthersAside } from '../store/queries/set-others-aside.ts'
import { lockInvitation } from '../store/tables/invitations.ts'
import { emailKey } from './email.ts'
import { leaveGroupsOfEndedLinks } from './groups.ts'
import { acceptInvitation } from './invitations.ts'

/** Addresses of one person. */
export const MAX_ADDRESSES = 10

/**
 * Adds the address that a challenge was mailed to; the addresses that were there before hear of it, and can take it back.
 * Or confirms it, where the account has it already: of an imported one all else that this login has not shown is set
 * aside, and where that was something, all other logins end.
 */
export async function addAddress(
  db: Db,
  { challengeId, sessionId }: Readonly<{ challengeId: string; sessionId: string }>,
  context: AuditContext,
): Promise<AddressAdded['kind']> {
  const added = db.transaction().execute(async (trx) => {
    const link = await findAddressLink(trx, challengeId)
    const invitation = link && (await lockInvitation(trx, emailKey(link.address) ?? ''))
    if (link) await holdSession(trx, { id: sessionId, personId: link.personId })
    const added = await addProvenAddress(trx, challengeId, MAX_ADDRESSES)
    if (added.kind !== 'added' && added.kind !== 'confirmed') return added.kind
    const { kind, personId, key } = added
    if (kind === 'added') await noteChange(trx, { personId, kind: 'address-added', subject: key })
    await record(trx, { type: 'address', outcome: kind, personId }, context)
    if (kind === 'confirmed' && added.wasImported) {
      const whose = { personId, emailKey: key, sessionId }
      if (await setOthersAside(trx, whose)) await endAllButSession(trx, whose)
      await leaveGroupsOfEndedLinks(trx, personId, context)
    }
    await acceptInvitation(trx, invitation, personId, context)
    return kind
  })
  return (await added.catch(unlessOver)) ?? 'ended'
}
