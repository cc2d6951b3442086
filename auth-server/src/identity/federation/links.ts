// Linking an identity to an account, and taking it away: each is told to the owner and to the audit log.
import type { AuditContext } from '../../audit/context.ts'
import { record } from '../../audit/record.ts'
import { type Db, inTransaction, type Trx } from '../../store/database.ts'
import { noteChange } from '../../store/queries/account-changes.ts'
import { linkIdentity, unlinkIdentity } from '../../store/queries/federation.ts'
import { unlessOnlyWay } from '../../store/queries/ways-in.ts'
import type { UpstreamSubject } from '../../store/tables/upstream-logins.ts'
import { leaveGroupsOfEndedLinks } from '../groups.ts'
import { issuersOf, type Providers } from './providers.ts'

/** False when it belongs to somebody already. Whoever calls has seen proof of both: the identity, and the account. */
export function link(
  db: Db | Trx,
  identity: UpstreamSubject,
  personId: string,
  context: AuditContext,
): Promise<boolean> {
  return inTransaction(db, async (trx) => {
    if (!(await linkIdentity(trx, identity, personId))) return false
    await noteChange(trx, { personId, kind: 'identity-added' })
    await record(trx, { type: 'identity', outcome: 'linked', personId }, context)
    return true
  })
}

/** `only way` when nothing else would sign the person in. */
export function unlink(
  db: Db,
  providers: Providers,
  identity: UpstreamSubject,
  personId: string,
  context: AuditContext,
): Promise<'unlinked' | 'only way' | 'none'> {
  return unlessOnlyWay(db, async (trx) => {
    if (!(await unlinkIdentity(trx, identity, { personId, issuers: issuersOf(providers) }))) return 'none'
    await leaveGroupsOfEndedLinks(trx, personId, context)
    await noteChange(trx, { personId, kind: 'identity-removed' })
    await record(trx, { type: 'identity', outcome: 'unlinked', personId }, context)
    return 'unlinked'
  })
}
