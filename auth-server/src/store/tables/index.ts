// Every table by its name: its row, and what it declares. One that is missing here cannot be queried.
import type { TableDeclaration } from '../declaration.ts'
import { ACCOUNT_CHANGES, type AccountChanges } from './account-changes.ts'
import { API_PLANS, type ApiPlans } from './api-plans.ts'
import { API_SCOPES, type ApiScopes } from './api-scopes.ts'
import { APIS, type Apis } from './apis.ts'
import { APPLICATIONS, type Applications } from './applications.ts'
import { ATTEMPTS, type Attempts } from './attempts.ts'
import { AUDIT_DETAILS, type AuditDetails } from './audit-details.ts'
import { AUDIT_EVENTS, type AuditEvents } from './audit-events.ts'
import { AUTHENTICATORS, type Authenticators } from './authenticators.ts'
import { AUTHORIZATION_CODES, type AuthorizationCodes } from './authorization-codes.ts'
import { AUTHORIZATION_REQUESTS, type AuthorizationRequests } from './authorization-requests.ts'
import { CONSENT_HISTORY, type ConsentHistory } from './consent-history.ts'
import { CONSENTS, type Consents } from './consents.ts'
import { DEVICE_KEYS, type DeviceKeys } from './device-keys.ts'
import { EMAIL_ADDRESSES, type EmailAddresses } from './email-addresses.ts'
import { GROUP_MEMBERS, type GroupMembers } from './group-members.ts'
import { GROUPS, type Groups } from './groups.ts'
import { IDENTITIES, type Identities } from './identities.ts'
import { INITIAL_ACCESS_TOKENS, type InitialAccessTokens } from './initial-access-tokens.ts'
import { MAIL_CHALLENGES, type MailChallenges } from './mail-challenges.ts'
import { MEMBERSHIPS, type Memberships } from './memberships.ts'
import { OUTBOX, type Outbox } from './outbox.ts'
import { PASSWORDS, type Passwords } from './passwords.ts'
import { PEOPLE, type People } from './people.ts'
import { PLANS, type Plans } from './plans.ts'
import { PUSHED_REQUESTS, type PushedRequests } from './pushed-requests.ts'
import { REFRESH_FAMILIES, type RefreshFamilies } from './refresh-families.ts'
import { REVOCATIONS, type Revocations } from './revocations.ts'
import { SCHEMA_FLOOR, type SchemaFloor } from './schema-floor.ts'
import { SESSIONS, type Sessions } from './sessions.ts'
import { SIGNING_KEYS, type SigningKeys } from './signing-keys.ts'
import { SUBSCRIPTIONS, type Subscriptions } from './subscriptions.ts'
import { USED_JTIS, type UsedJtis } from './used-jtis.ts'
import { WRITE_TRIALS, type WriteTrials } from './write-trials.ts'

export interface Database {
  authorization_requests: AuthorizationRequests
  pushed_requests: PushedRequests
  sessions: Sessions
  authorization_codes: AuthorizationCodes
  refresh_families: RefreshFamilies
  consents: Consents
  people: People
  passwords: Passwords
  email_addresses: EmailAddresses
  identities: Identities
  authenticators: Authenticators
  device_keys: DeviceKeys
  memberships: Memberships
  group_members: GroupMembers
  outbox: Outbox
  revocations: Revocations
  applications: Applications
  subscriptions: Subscriptions
  groups: Groups
  apis: Apis
  api_scopes: ApiScopes
  plans: Plans
  api_plans: ApiPlans
  initial_access_tokens: InitialAccessTokens
  signing_keys: SigningKeys
  used_jtis: UsedJtis
  attempts: Attempts
  mail_challenges: MailChallenges
  account_changes: AccountChanges
  consent_history: ConsentHistory
  audit_events: AuditEvents
  audit_details: AuditDetails
  schema_floor: SchemaFloor
  write_trials: WriteTrials
}

/**
 * What each table declares, in the order in which transactions lock rows of several tables: an erasure goes through them
 * from the first to the last, and meets nobody who comes the other way.
 */
export const TABLES = {
  mail_challenges: MAIL_CHALLENGES,
  authorization_requests: AUTHORIZATION_REQUESTS,
  pushed_requests: PUSHED_REQUESTS,
  sessions: SESSIONS,
  authorization_codes: AUTHORIZATION_CODES,
  refresh_families: REFRESH_FAMILIES,
  consents: CONSENTS,
  consent_history: CONSENT_HISTORY,
  people: PEOPLE,
  passwords: PASSWORDS,
  email_addresses: EMAIL_ADDRESSES,
  identities: IDENTITIES,
  authenticators: AUTHENTICATORS,
  account_changes: ACCOUNT_CHANGES,
  device_keys: DEVICE_KEYS,
  memberships: MEMBERSHIPS,
  group_members: GROUP_MEMBERS,
  outbox: OUTBOX,
  revocations: REVOCATIONS,
  applications: APPLICATIONS,
  subscriptions: SUBSCRIPTIONS,
  groups: GROUPS,
  apis: APIS,
  api_scopes: API_SCOPES,
  plans: PLANS,
  api_plans: API_PLANS,
  initial_access_tokens: INITIAL_ACCESS_TOKENS,
  signing_keys: SIGNING_KEYS,
  used_jtis: USED_JTIS,
  attempts: ATTEMPTS,
  audit_events: AUDIT_EVENTS,
  audit_details: AUDIT_DETAILS,
  schema_floor: SCHEMA_FLOOR,
  write_trials: WRITE_TRIALS,
} satisfies { readonly [T in keyof Database]: TableDeclaration<Database[T]> }
