// Bringing back what "that wasn't me" has set aside, or removing it for good.
import type { AuditContext } from '../audit/context.ts'
import { record } from '../audit/record.ts'
import type { AccountChangeKind } from '../store/account-change.ts'
import type { Db } from '../store/database.ts'
import { noteChange } from '../store/queries/account-changes.ts'
import { bringThingBack, forgetThing, type SetAside, type SetAsideKind } from '../store/queries/set-aside.ts'

/** What its owner is written: to them it is as if it had been added again. */
const NOTED_AS = {
  passkey: 'passkey-added',
  totp: 'totp-added',
  address: 'address-added',
} as const satisfies Readonly<Record<SetAsideKind, AccountChangeKind>>

interface Whose {
  readonly personId: string
  readonly sessionId: string
}

/** False when the login has shown nothing older (store/queries/set-aside.ts has the rule), or it is gone, or goes now. */
export function bringBack(
  db: Db,
  whose: Whose,
  thing: Pick<SetAside, 'id' | 'kind'>,
  context: AuditContext,
): Promise<boolean> {
  const { personId } = whose
  return db.transaction().execute(async (trx) => {
    const outcome = await bringThingBack(trx, whose, thing)
    if (outcome === 'taken')
      await record(trx, { type: 'account-change', outcome: 'set-aside-removed', personId }, context)
    if (outcome !== 'back') return false
    await noteChange(trx, { personId, kind: NOTED_AS[thing.kind], subject: thing.id })
    await record(trx, { type: 'account-change', outcome: 'brought-back', personId }, context)
    return true
  })
}

/** False when it is gone. */
export function forget(
  db: Db,
  personId: string,
  thing: Pick<SetAside, 'id' | 'kind'>,
  context: AuditContext,
): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    if (!(await forgetThing(trx, personId, thing))) return false
    await record(trx, { type: 'account-change', outcome: 'set-aside-removed', personId }, context)
    return true
  })
}
