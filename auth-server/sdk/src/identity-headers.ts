// The headers by which the gateway tells a backend who calls, and what they may say. The gateway writes and backends read by this table.
import { SUBJECT_KINDS } from './subject-kind.ts'

/** One row per header that only the gateway may set. */
export const IDENTITY_HEADER = {
  /** The user (`sub`). */
  userId: 'X-Authenticated-UserId',
  kind: 'X-Authenticated-Kind',
  /** Whether a phone has vouched for the key that a user's app calls with; absent when none has. */
  attested: 'X-Authenticated-Attested',
  /** Granted scopes, space separated; absent when there are none. */
  scope: 'X-Authenticated-Scope',
  /** The app's `client_id`; Kong's own name for it. */
  username: 'X-Consumer-Username',
  /** The application's id. */
  applicationId: 'X-Consumer-Custom-ID',
  /** The app's `client_id` once more, where Kong's authentication plugins say it. */
  credential: 'X-Credential-Identifier',
  /** Only where a policy trusts several. */
  issuer: 'X-Authenticated-Issuer',
  anonymous: 'X-Anonymous-Consumer',
} as const

/** Who can call: a user of an app, an application for itself, or nobody in particular. */
export const IDENTITY_KINDS = [...SUBJECT_KINDS, 'application', 'anonymous'] as const
export type IdentityKind = (typeof IDENTITY_KINDS)[number]

/** What X-Anonymous-Consumer and X-Authenticated-Attested say where they are there. */
export const TOLD = 'true'

/** The name that a gateway's `backend_secret` has unless the policy gives it another. */
export const GATEWAY_SECRET_HEADER = 'X-Gateway-Secret'

/** Printable ASCII, not blank at either end: anything else could end the header or be read as somebody else. */
export const IDENTITY_VALUE = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/
