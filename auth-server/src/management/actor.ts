// Who asks for an operation: a machine client with the scopes that it was given, a person in one of their roles, or the operator by a command.
import { MANAGEMENT_SCOPES, type ManagementScope } from '@mobile-api-gateway/sdk/contract/scopes.ts'
import type { AuditContext } from '../audit/context.ts'
import { sha256 } from '../crypto/digest.ts'
import type { Deps } from '../deps.ts'
import type { Authority } from '../identity/administration/authority.ts'
import { Actor, type Role, type RoleRefusal } from '../identity/roles.ts'
import type { Session } from '../store/tables/sessions.ts'

/** In which a person asks for operations. */
export type ManagementRole = Exclude<Role, 'person'>

export interface ManagementActor {
  /** On whose word the domain acts, and how the audit log names them. */
  readonly authority: Authority
  /** The machine client. */
  readonly client?: Readonly<{ clientId: string; applicationId: string; scopes: ReadonlySet<string> }>
  /** The person, and in which of their roles: it says what they may ask for, and what of all there is they reach. */
  readonly person?: Readonly<{ id: string; role: ManagementRole }>
}

/** What each role may ask for; of the things that it reaches (see reach.ts). */
const SCOPES_OF: Readonly<Record<ManagementRole, ReadonlySet<string>>> = {
  developer: new Set<ManagementScope>([
    'applications:read',
    'applications:write',
    'subscriptions:read',
    'subscriptions:write',
    'apis:read',
    'usage:read',
  ]),
  approver: new Set<ManagementScope>(['approvals:read', 'approvals:write', 'subscriptions:read', 'apis:read']),
  administrator: new Set(Object.keys(MANAGEMENT_SCOPES)),
}

/** A person who acts in a role of theirs, proven by their session; or why they cannot. @param context of the request */
export async function actorOfPerson(
  { db }: Pick<Deps, 'db'>,
  session: Session,
  role: ManagementRole,
  context: AuditContext,
): Promise<ManagementActor | RoleRefusal> {
  const authority = await Actor.prove<ManagementRole>(db, session, { role }, context)
  return typeof authority === 'string' ? authority : { authority, person: { id: authority.personId, role } }
}

/** A caller by one name: for what is counted or kept by caller. */
export function callerOf({ client, person }: ManagementActor): string {
  // Hashed: where it is kept for an answer about somebody else, it says nothing once this person is erased.
  return client?.applicationId ?? (person ? `person ${sha256(person.id)}` : 'operator')
}

/** Whoever has a shell beside the server; no scope narrows them. */
export function isOperator({ client, person }: ManagementActor): boolean {
  return client === undefined && person === undefined
}

/** Whether somebody may ask for what needs this scope. */
export function hasScope(actor: ManagementActor, scope: ManagementScope): boolean {
  const { client, person } = actor
  if (person) return SCOPES_OF[person.role].has(scope)
  return client ? client.scopes.has(scope) : isOperator(actor)
}
