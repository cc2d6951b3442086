// The contract of the management API: every operation by its id. A new one is a row here, and a handler, which the compiler asks for.
import { API_DOCUMENT_OPERATIONS } from './api-documents.ts'
import { API_OPERATIONS } from './apis.ts'
import { APP_LINK_OPERATIONS } from './app-links.ts'
import { APPLICATION_PEOPLE_OPERATIONS } from './application-people.ts'
import { APPLICATION_OPERATIONS } from './applications.ts'
import { APPROVAL_OPERATIONS } from './approvals.ts'
import { CHECKLIST_OPERATIONS } from './checklist.ts'
import { CONSEQUENCE_OPERATIONS } from './consequences.ts'
import { CREDENTIAL_OPERATIONS } from './credentials.ts'
import { GROUP_OPERATIONS, ROLE_OPERATIONS } from './groups.ts'
import { HEALTH_OPERATIONS } from './health.ts'
import { HOOK_OPERATIONS } from './hooks.ts'
import { INVITATION_OPERATIONS } from './invitations.ts'
import { MEMBERSHIP_OPERATIONS } from './memberships.ts'
import { MOVING_OPERATIONS } from './moving-people.ts'
import type { AnswerOf, BodyOf, OperationTable, ParamsOf, QueryOf } from './operation.ts'
import { AUDIT_OPERATIONS, KEY_OPERATIONS, REVOCATION_OPERATIONS } from './operations.ts'
import { PEOPLE_OPERATIONS } from './people.ts'
import { PROVIDER_OPERATIONS } from './providers.ts'
import { REGISTRATION_OPERATIONS } from './registrations.ts'
import { SECRET_INSTEAD_OPERATIONS } from './secret-instead.ts'
import { SUBSCRIPTION_OPERATIONS } from './subscriptions.ts'
import { REFUSAL_OPERATIONS, USAGE_OPERATIONS } from './usage.ts'

export const OPERATIONS = {
  ...PEOPLE_OPERATIONS,
  ...CREDENTIAL_OPERATIONS,
  ...INVITATION_OPERATIONS,
  ...MOVING_OPERATIONS,
  ...GROUP_OPERATIONS,
  ...ROLE_OPERATIONS,
  ...APPLICATION_OPERATIONS,
  ...SECRET_INSTEAD_OPERATIONS,
  ...APP_LINK_OPERATIONS,
  ...CHECKLIST_OPERATIONS,
  ...CONSEQUENCE_OPERATIONS,
  ...APPLICATION_PEOPLE_OPERATIONS,
  ...API_OPERATIONS,
  ...API_DOCUMENT_OPERATIONS,
  ...MEMBERSHIP_OPERATIONS,
  ...SUBSCRIPTION_OPERATIONS,
  ...APPROVAL_OPERATIONS,
  ...USAGE_OPERATIONS,
  ...REFUSAL_OPERATIONS,
  ...REGISTRATION_OPERATIONS,
  ...PROVIDER_OPERATIONS,
  ...REVOCATION_OPERATIONS,
  ...AUDIT_OPERATIONS,
  ...KEY_OPERATIONS,
  ...HEALTH_OPERATIONS,
  ...HOOK_OPERATIONS,
} as const satisfies OperationTable

export type OperationId = keyof typeof OPERATIONS

/** The row of an operation. */
export type OperationRow<Id extends OperationId> = (typeof OPERATIONS)[Id]

/** Whether a text is the id of an operation. */
export function isOperationId(id: string): id is OperationId {
  return Object.hasOwn(OPERATIONS, id)
}

/** What an operation answers with. */
export type OperationAnswer<Id extends OperationId> = AnswerOf<OperationRow<Id>>

/** All parts of what an operation is given; a part that it does not have is empty. */
export interface OperationInput<Id extends OperationId> {
  readonly params: ParamsOf<OperationRow<Id>>
  readonly query: QueryOf<OperationRow<Id>>
  readonly body: BodyOf<OperationRow<Id>>
}
