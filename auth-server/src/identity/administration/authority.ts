// On whose authority people and apps are administered: a proven person's, a machine client's, or that of the operator at the command line.
import { type AuditContext, BY_COMMAND } from '../../audit/context.ts'
import type { Trx } from '../../store/database.ts'
import { isOnlyAdministrator } from '../administrators.ts'
import type { Actor } from '../roles.ts'

// Not exported, so that nothing else passes for it.
const MARK: unique symbol = Symbol('operator')

/** Whoever has a shell beside the server, and its secrets. */
interface Operator {
  readonly [MARK]: true
  readonly personId: undefined
  readonly context: AuditContext
}

/** For commands/ alone. */
export const OPERATOR: Operator = { [MARK]: true, personId: undefined, context: BY_COMMAND }

/** A machine at the management API, which has seen to its scopes. */
interface MachineClient {
  readonly [MARK]: true
  readonly personId: undefined
  readonly context: AuditContext
}

/** For management/ alone. @param context of the request */
export function authorityOfClient(applicationId: string, context: AuditContext): MachineClient {
  return { [MARK]: true, personId: undefined, context: { ...context, actorApplicationId: applicationId } }
}

/**
 * What every function of administration asks for first. Developers and approvers come by the management API alone, which
 * has seen to what their role may do and to what is theirs, as it has for machines.
 */
export type Authority = Actor<'administrator' | 'approver' | 'developer'> | MachineClient | Operator

/**
 * What became of it. `unchanged` where there was nothing to do, or nobody of this id; `last administrator` where nobody
 * would be left to administer without this person; `managed by file` where the catalogue file says so; `no address` where a new password was to be chosen by mail, and there
 * is no proven address to write to.
 */
export type Administered = 'done' | 'unchanged' | 'last administrator' | 'managed by file' | 'no address'

/** Whether somebody is the one administrator there is. For the operator, who may put anybody out of use, nobody is. */
export async function isLastAdministrator(trx: Trx, by: Authority, personId: string): Promise<boolean> {
  return by !== OPERATOR && (await isOnlyAdministrator(trx, personId))
}
