// Who asks for an operation: a machine client with the scopes that it was given, or the operator by a command.
import type { ManagementScope } from '@mobile-api-gateway/sdk/contract/scopes.ts'
import type { Authority } from '../identity/administration/authority.ts'

export interface ManagementActor {
  /** On whose word the domain acts, and how the audit log names them. */
  readonly authority: Authority
  /** The machine client; undefined for the operator, whom no scope narrows. */
  readonly client?: Readonly<{ clientId: string; applicationId: string; scopes: ReadonlySet<string> }>
}

/** Whether somebody may ask for what needs this scope. */
export function hasScope({ client }: ManagementActor, scope: ManagementScope): boolean {
  return client === undefined || client.scopes.has(scope)
}
