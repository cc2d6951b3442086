// Every handler by the id of its operation; the compiler asks for one for each row of the contract.
import type { OperationId } from '@mobile-api-gateway/sdk/contract/index.ts'
import { DOCUMENT_HANDLERS } from './api-documents.ts'
import { API_HANDLERS, PLAN_HANDLERS } from './apis.ts'
import { APP_LINK_HANDLERS } from './app-links.ts'
import { APPLICATION_PEOPLE_HANDLERS } from './application-people.ts'
import { APPLICATION_HANDLERS } from './applications.ts'
import { APPROVAL_HANDLERS } from './approvals.ts'
import { AUDIT_HANDLERS } from './audit.ts'
import { CHECKLIST_HANDLERS } from './checklist.ts'
import { CONSEQUENCE_HANDLERS } from './consequences.ts'
import { CREDENTIAL_HANDLERS } from './credentials.ts'
import { GROUP_HANDLERS, ROLE_HANDLERS } from './groups.ts'
import type { HandlerOf } from './handler.ts'
import { HEALTH_HANDLERS } from './health.ts'
import { HOOK_HANDLERS } from './hooks.ts'
import { IDENTITY_HANDLERS } from './identities.ts'
import { INVITATION_HANDLERS } from './invitations.ts'
import { KEY_HANDLERS } from './keys.ts'
import { LOOKS_HANDLERS } from './looks.ts'
import { MEMBERSHIP_HANDLERS } from './memberships.ts'
import { MOVING_HANDLERS } from './moving-people.ts'
import { PEOPLE_HANDLERS } from './people.ts'
import { PEOPLE_BELONGINGS_HANDLERS } from './people-belongings.ts'
import { PROVIDER_HANDLERS } from './providers.ts'
import { REGISTRATION_HANDLERS } from './registrations.ts'
import { REVOCATION_HANDLERS } from './revocations.ts'
import { SECRET_INSTEAD_HANDLERS } from './secret-instead.ts'
import { SECRET_HANDLERS } from './secrets.ts'
import { SUBSCRIPTION_HANDLERS } from './subscriptions.ts'
import { REFUSAL_HANDLERS, USAGE_HANDLERS } from './usage.ts'

export const HANDLERS: { readonly [Id in OperationId]: HandlerOf<Id> } = {
  ...PEOPLE_HANDLERS,
  ...PEOPLE_BELONGINGS_HANDLERS,
  ...CREDENTIAL_HANDLERS,
  ...INVITATION_HANDLERS,
  ...MOVING_HANDLERS,
  ...GROUP_HANDLERS,
  ...ROLE_HANDLERS,
  ...APPLICATION_HANDLERS,
  ...APPLICATION_PEOPLE_HANDLERS,
  ...APP_LINK_HANDLERS,
  ...CHECKLIST_HANDLERS,
  ...CONSEQUENCE_HANDLERS,
  ...IDENTITY_HANDLERS,
  ...SECRET_HANDLERS,
  ...SECRET_INSTEAD_HANDLERS,
  ...LOOKS_HANDLERS,
  ...API_HANDLERS,
  ...DOCUMENT_HANDLERS,
  ...PLAN_HANDLERS,
  ...MEMBERSHIP_HANDLERS,
  ...SUBSCRIPTION_HANDLERS,
  ...APPROVAL_HANDLERS,
  ...USAGE_HANDLERS,
  ...REFUSAL_HANDLERS,
  ...REGISTRATION_HANDLERS,
  ...PROVIDER_HANDLERS,
  ...REVOCATION_HANDLERS,
  ...AUDIT_HANDLERS,
  ...KEY_HANDLERS,
  ...HEALTH_HANDLERS,
  ...HOOK_HANDLERS,
}
