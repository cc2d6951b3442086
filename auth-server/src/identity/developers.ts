// Becoming a developer by oneself, where the operator lets everybody with an account.
import type { AuditContext } from '../audit/context.ts'
import { record } from '../audit/record.ts'
import type { Db } from '../store/database.ts'
import { insertOpenRole } from '../store/tables/person-roles.ts'
import { isOpenToEverybody } from '../store/tables/role-promises.ts'

/** Whether everybody with an account becomes one who asks for it. */
export function mayBecomeDeveloper(db: Db): Promise<boolean> {
  return isOpenToEverybody(db)
}

/** False where they are one already, or the operator does not let everybody. */
export function becomeDeveloper(db: Db, personId: string, context: AuditContext): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    if (!(await insertOpenRole(trx, personId))) return false
    await record(trx, { type: 'role', outcome: 'developer-given', personId }, context)
    return true
  })
}
