// Every table by its name, and what it declares. One that is missing here cannot be queried.
import type { AnyDeclaration, TableDeclaration } from '../declaration.ts'
import { ACCOUNT_CHANGES } from './account-changes.ts'
import { API_DOCUMENTS } from './api-documents.ts'
import { API_PLANS } from './api-plans.ts'
import { API_SCOPES } from './api-scopes.ts'
import { APIS } from './apis.ts'
import { APP_IDENTITIES } from './app-identities.ts'
import { APPLICATION_EVIDENCE } from './application-evidence.ts'
import { APPLICATION_INVITATIONS } from './application-invitations.ts'
import { APPLICATION_LOGOS } from './application-logos.ts'
import { APPLICATION_MEMBERS } from './application-members.ts'
import { APPLICATIONS } from './applications.ts'
import { APPROVAL_MAILS } from './approval-mails.ts'
import { ATTEMPTS } from './attempts.ts'
import { AUDIT_CHAIN } from './audit-chain.ts'
import { AUDIT_DETAILS } from './audit-details.ts'
import { AUDIT_EVENTS } from './audit-events.ts'
import { AUDIT_SEALS } from './audit-seals.ts'
import { AUTHENTICATORS } from './authenticators.ts'
import { AUTHORIZATION_CODES } from './authorization-codes.ts'
import { AUTHORIZATION_REQUESTS } from './authorization-requests.ts'
import { CALL_REFUSALS } from './call-refusals.ts'
import { CONSENT_HISTORY } from './consent-history.ts'
import { CONSENTS } from './consents.ts'
import { DEVICE_KEYS } from './device-keys.ts'
import { EMAIL_ADDRESSES } from './email-addresses.ts'
import { FORMER_MEMBERS } from './former-members.ts'
import { GROUP_MEMBERS } from './group-members.ts'
import { GROUPS } from './groups.ts'
import { HOOK_SUBSCRIPTIONS } from './hook-subscriptions.ts'
import { IDEMPOTENCY_KEYS } from './idempotency-keys.ts'
import { IDENTITIES } from './identities.ts'
import { INITIAL_ACCESS_TOKENS } from './initial-access-tokens.ts'
import { INVITATIONS } from './invitations.ts'
import { MAIL_CHALLENGES } from './mail-challenges.ts'
import { MEMBERSHIP_REQUESTS } from './membership-requests.ts'
import { MEMBERSHIPS } from './memberships.ts'
import { OUTBOX } from './outbox.ts'
import { PASSKEY_CHALLENGES } from './passkey-challenges.ts'
import { PASSWORDS } from './passwords.ts'
import { PEOPLE } from './people.ts'
import { PERSON_ROLES } from './person-roles.ts'
import { PLAN_LIMITS } from './plan-limits.ts'
import { PLANS } from './plans.ts'
import { PORTAL_SESSIONS } from './portal-sessions.ts'
import { PROVIDER_TRIALS } from './provider-trials.ts'
import { PUSHED_REQUESTS } from './pushed-requests.ts'
import { REFRESH_FAMILIES } from './refresh-families.ts'
import { REGISTRATIONS } from './registrations.ts'
import { RETIRED_SUBJECTS } from './retired-subjects.ts'
import { REVOCATIONS } from './revocations.ts'
import { ROLE_PROMISES } from './role-promises.ts'
import { SCHEMA_FLOOR } from './schema-floor.ts'
import { SESSIONS } from './sessions.ts'
import { SETUP_LINKS } from './setup-links.ts'
import { SIGNING_KEYS } from './signing-keys.ts'
import { SUBSCRIPTIONS } from './subscriptions.ts'
import { TRIALS } from './trials.ts'
import { UPSTREAM_LOGINS } from './upstream-logins.ts'
import { UPSTREAM_LOGOUTS } from './upstream-logouts.ts'
import { USAGE_BATCHES } from './usage-batches.ts'
import { USAGE_DAYS } from './usage-days.ts'
import { USAGE_HOURS } from './usage-hours.ts'
import { USAGE_OF_PEOPLE } from './usage-of-people.ts'
import { USED_JTIS } from './used-jtis.ts'
import { WRITE_TRIALS } from './write-trials.ts'

/**
 * What each table declares, in the order in which transactions lock rows of several tables: an erasure goes through them
 * from the first to the last, and meets nobody who comes the other way.
 */
export const TABLES = {
  idempotency_keys: IDEMPOTENCY_KEYS,
  application_invitations: APPLICATION_INVITATIONS,
  invitations: INVITATIONS,
  mail_challenges: MAIL_CHALLENGES,
  authorization_requests: AUTHORIZATION_REQUESTS,
  upstream_logins: UPSTREAM_LOGINS,
  upstream_logouts: UPSTREAM_LOGOUTS,
  provider_trials: PROVIDER_TRIALS,
  pushed_requests: PUSHED_REQUESTS,
  setup_links: SETUP_LINKS,
  trials: TRIALS,
  sessions: SESSIONS,
  authorization_codes: AUTHORIZATION_CODES,
  portal_sessions: PORTAL_SESSIONS,
  refresh_families: REFRESH_FAMILIES,
  consents: CONSENTS,
  consent_history: CONSENT_HISTORY,
  people: PEOPLE,
  passwords: PASSWORDS,
  email_addresses: EMAIL_ADDRESSES,
  identities: IDENTITIES,
  authenticators: AUTHENTICATORS,
  passkey_challenges: PASSKEY_CHALLENGES,
  account_changes: ACCOUNT_CHANGES,
  device_keys: DEVICE_KEYS,
  membership_requests: MEMBERSHIP_REQUESTS,
  memberships: MEMBERSHIPS,
  registrations: REGISTRATIONS,
  group_members: GROUP_MEMBERS,
  person_roles: PERSON_ROLES,
  role_promises: ROLE_PROMISES,
  retired_subjects: RETIRED_SUBJECTS,
  hook_subscriptions: HOOK_SUBSCRIPTIONS,
  outbox: OUTBOX,
  revocations: REVOCATIONS,
  applications: APPLICATIONS,
  application_evidence: APPLICATION_EVIDENCE,
  app_identities: APP_IDENTITIES,
  application_members: APPLICATION_MEMBERS,
  former_members: FORMER_MEMBERS,
  application_logos: APPLICATION_LOGOS,
  subscriptions: SUBSCRIPTIONS,
  groups: GROUPS,
  apis: APIS,
  api_documents: API_DOCUMENTS,
  approval_mails: APPROVAL_MAILS,
  api_scopes: API_SCOPES,
  plans: PLANS,
  api_plans: API_PLANS,
  plan_limits: PLAN_LIMITS,
  usage_batches: USAGE_BATCHES,
  usage_hours: USAGE_HOURS,
  usage_days: USAGE_DAYS,
  usage_of_people: USAGE_OF_PEOPLE,
  call_refusals: CALL_REFUSALS,
  initial_access_tokens: INITIAL_ACCESS_TOKENS,
  signing_keys: SIGNING_KEYS,
  used_jtis: USED_JTIS,
  attempts: ATTEMPTS,
  audit_events: AUDIT_EVENTS,
  audit_details: AUDIT_DETAILS,
  audit_chain: AUDIT_CHAIN,
  audit_seals: AUDIT_SEALS,
  schema_floor: SCHEMA_FLOOR,
  write_trials: WRITE_TRIALS,
} as const satisfies Readonly<Record<string, AnyDeclaration>>

/** Every table by its name, with the type of its row. */
export type Database = {
  readonly [T in keyof typeof TABLES]: (typeof TABLES)[T] extends TableDeclaration<infer Row> ? Row : never
}
