// Roles: THE table of what a session needs to act in one, and the proof that it has it, which a handler cannot be called without.
import type { AuditContext } from '../audit/context.ts'
import type { Db } from '../store/database.ts'
import type { StrongSessions } from '../store/queries/sign-in.ts'
import { hasRole, type PersonRoles } from '../store/tables/person-roles.ts'
import type { Session } from '../store/tables/sessions.ts'
import { hasTwoFactors } from './acr.ts'

/** Everybody is a person; the others are given (see store/tables/person-roles.ts). An approver is one of an API. */
export type Role = 'person' | PersonRoles['role']

/** What a session needs beside the role. */
interface RoleNeeds {
  /** Two factors, in a session that ends with the browser. */
  readonly isStrong: boolean
  /** Whether the role is one of an API. */
  readonly isOfApi: boolean
}

export const ROLES = {
  person: { isStrong: false, isOfApi: false },
  developer: { isStrong: false, isOfApi: false },
  approver: { isStrong: true, isOfApi: true },
  administrator: { isStrong: true, isOfApi: false },
} as const satisfies Readonly<Record<Role, RoleNeeds>>

/** Whoever has such a role signs in to a session that ends with the browser, and after this time: some bring theirs back. */
export const STRONG_SESSIONS: StrongSessions = {
  roles: Object.entries(ROLES).flatMap(([role, { isStrong }]) => (isStrong ? role : [])),
  ttlSeconds: 12 * 3600,
}

/** In which role somebody wants to act. */
export type WantedRole<R extends Role = Role> = R extends 'approver'
  ? Readonly<{ role: R; apiId: string }>
  : Readonly<{ role: R }>

/** The same where an approver need not say of which API: they are one of some, and what they reach follows from which. */
export type ActingRole<R extends Role = Role> = Readonly<{ role: R; apiId?: string | undefined }>

/** Why a session may not: then another sign-in helps with the last two, nothing with the first. */
export type RoleRefusal = 'no such role' | 'second factor needed' | 'session outlives browser'

/** Somebody who may act in a role, proven by their session a moment ago; made by `Actor.prove` alone. */
export class Actor<R extends Role = Role> {
  readonly #wanted: ActingRole<R>
  readonly personId: string
  /** Of what they do, for the audit log. */
  readonly context: AuditContext

  private constructor(session: Session, wanted: ActingRole<R>, context: AuditContext) {
    this.#wanted = wanted
    this.personId = session.personId
    this.context = { ...context, actorId: session.personId }
  }

  get wanted(): ActingRole<R> {
    return this.#wanted
  }

  /** @param context of the request that asks */
  static async prove<R extends Role>(
    db: Db,
    session: Session,
    wanted: ActingRole<R>,
    context: AuditContext,
  ): Promise<Actor<R> | RoleRefusal> {
    const { role } = wanted
    const apiId = role === 'approver' ? wanted.apiId : null
    if (role !== 'person' && !(await hasRole(db, { personId: session.personId, role, apiId }))) return 'no such role'
    if (ROLES[role].isStrong) {
      if (!hasTwoFactors(session)) return 'second factor needed'
      if (!session.endsWithBrowser) return 'session outlives browser'
    }
    return new Actor(session, wanted, context)
  }
}
