// The tables as Kysely sees them, and how a connection pool is opened.

import { Socket } from 'node:net'
import type { JSONWebKeySet } from 'jose'
import {
  type ColumnType,
  type Generated,
  type GeneratedAlways,
  Kysely,
  PostgresAdapter,
  PostgresDialect,
  type Transaction,
} from 'kysely'
import pg from 'pg'
import { noteFailure } from './health.ts'
import { PreparingClient } from './prepared.ts'
import type { OutboxKind, OutboxPayloads } from './tables/outbox.ts'

type Defaulted<T> = Generated<T>
type Json<T> = ColumnType<T, string, string>

export interface Apis {
  id: string
  name: string
  resource: string
  created_at: Defaulted<Date>
}
export interface ApiScopes {
  api_id: string
  name: string
  description: string
}
export interface Plans {
  name: string
  description: Defaulted<string>
}
export interface ApiPlans {
  api_id: string
  plan: string
}

/** `native` runs on a device, `web` on a server, `browser` in a page (RFC 6749 §2.1, RFC 8252). */
export type ApplicationKind = 'native' | 'web' | 'browser'
/** How a client proves itself at our endpoints (RFC 7591 §2, OpenID Connect Core §9). */
export type ClientAuthMethod = 'none' | 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt'
export interface Applications {
  id: string
  client_id: string
  name: string
  kind: ApplicationKind
  redirect_uris: string[]
  refresh_idle: Defaulted<string>
  refresh_absolute: Defaulted<string>
  token_endpoint_auth_method: Defaulted<ClientAuthMethod>
  client_secret_hash: string | null
  jwks: ColumnType<JSONWebKeySet | null, string | null | undefined, string | null>
  grant_types: Defaulted<string[]>
  pkce_required: Defaulted<boolean>
  require_pushed_authorization_requests: Defaulted<boolean>
  dpop_bound_access_tokens: Defaulted<boolean>
  id_token_signed_response_alg: Defaulted<string>
  claims_in_id_token: Defaulted<boolean>
  access_token_signing_alg: Defaulted<string>
  post_logout_redirect_uris: Defaulted<string[]>
  backchannel_logout_uri: string | null
  created_at: Defaulted<Date>
}
export interface Subscriptions {
  id: string
  application_id: string
  api_id: string
  plan: string
  trusted: Defaulted<boolean>
  scopes: string[]
  status: 'pending' | 'approved'
  created_at: Defaulted<Date>
}
export interface Users {
  id: string
  email: string
  email_key: string
  name: string | null
  password_hash: string | null
  auth_epoch: Defaulted<number>
  status: Defaulted<'active' | 'suspended'>
  email_verified: Defaulted<boolean>
  created_at: Defaulted<Date>
  updated_at: Defaulted<Date>
}
export interface Sessions {
  token_hash: string
  /** Of the token that this one replaced: it opens nothing, but its browser is known by it. */
  previous_token_hash: string | null
  id: string
  user_id: string
  auth_epoch: number
  acr: string
  auth_time: Defaulted<Date>
  expires_at: Date
}
export interface Consents {
  user_id: string
  application_id: string
  api_id: string
  scopes: string[]
  given_at: Defaulted<Date>
}

/** What was asked at /authorize, after validation; kept as JSON because only the road itself reads it. */
export interface StoredRequest {
  readonly redirectUri: string
  readonly state?: string
  readonly scopes: readonly string[]
  /** Absent only for a confidential client that uses the nonce instead (OAuth 2.1 §7.5.1). */
  readonly codeChallenge?: string
  readonly nonce?: string
  /** RFC 9449 §10: the key that the code is bound to. */
  readonly dpopJkt?: string
  readonly prompts: readonly string[]
  readonly maxAgeSeconds?: number
  readonly loginHint?: string
  /** The languages that the app asked for, the best one first. */
  readonly uiLocales?: readonly string[]
  /** Whom an `id_token_hint` names; nobody else gets a code (OpenID Connect Core §3.1.2.2). */
  readonly expectedUserId?: string
}
export interface AuthorizationRequests {
  id: string
  /** Of the secret in the visit's cookie. */
  browser_hash: string
  application_id: string
  api_id: string
  request: Json<StoredRequest>
  session_id: string | null
  /** The sign-in that was done in this visit; null before, and when another is asked for. */
  sign_in: string | null
  login_again: Defaulted<boolean>
  person_confirmed: Defaulted<boolean>
  scopes_confirmed: Defaulted<boolean>
  denied: Defaulted<boolean>
  expires_at: Date
  completed_at: Date | null
  pushed_uri_hash: string | null
}
export interface RefreshFamilies {
  id: string
  user_id: string
  auth_epoch: number
  application_id: string
  api_id: string
  session_id: string
  scopes: string[]
  acr: string
  auth_time: Date
  generation: number
  current_hash: string
  previous_hash: string | null
  sealed_successor: Buffer | null
  spent_at: Date | null
  recovered_at: Date | null
  created_at: Defaulted<Date>
  used_at: Defaulted<Date>
  idle_expires_at: Date
  expires_at: Date
  revoked_at: Date | null
  revoked_because: string | null
  dpop_jkt: string | null
  bound_since: number | null
  name: string | null
}
export interface AuthorizationCodes {
  code_hash: string
  application_id: string
  api_id: string
  user_id: string
  auth_epoch: number
  session_id: string
  acr: string
  auth_time: Date
  redirect_uri: string
  code_challenge: string | null
  scopes: string[]
  nonce: string | null
  dpop_jkt: string | null
  wrong_verifiers: Defaulted<number>
  expires_at: Date
  consumed_at: Date | null
  family_id: string | null
}
export interface SigningKeys {
  kid: string
  alg: string
  public_jwk: Json<Record<string, unknown>>
  private_jwe: string
  created_at: Defaulted<Date>
  signs_from: Defaulted<Date>
}
export interface PushedRequests {
  uri_hash: string
  application_id: string
  parameters: string
  dpop_jkt: string | null
  expires_at: Date
  used_at: Date | null
}
export interface UsedJtis {
  jti_hash: string
  expires_at: Date
}
export interface InitialAccessTokens {
  token_hash: string
  note: string
  remaining_uses: number
  expires_at: Date
}
export interface Outbox {
  id: string
  kind: OutboxKind
  receiver: string
  application_id: string | null
  person_id: string | null
  payload: Json<OutboxPayloads[OutboxKind]>
  attempts: Defaulted<number>
  created_at: Defaulted<Date>
  next_attempt_at: Defaulted<Date>
  expires_at: Date
}
export interface Revocations {
  seq: GeneratedAlways<string>
  mark: GeneratedAlways<string>
  kind: 'start' | 'grant' | 'client'
  data: Defaulted<Record<string, unknown>>
  at: Date
}

export interface Database {
  apis: Apis
  api_scopes: ApiScopes
  plans: Plans
  api_plans: ApiPlans
  applications: Applications
  subscriptions: Subscriptions
  users: Users
  sessions: Sessions
  consents: Consents
  authorization_requests: AuthorizationRequests
  refresh_families: RefreshFamilies
  authorization_codes: AuthorizationCodes
  signing_keys: SigningKeys
  pushed_requests: PushedRequests
  used_jtis: UsedJtis
  initial_access_tokens: InitialAccessTokens
  outbox: Outbox
  revocations: Revocations
}
export type Db = Kysely<Database>
export type Trx = Transaction<Database>

// PostgreSQL ends a statement by itself when its time is up. A socket that stays silent longer has lost its server (a
// network that swallows packets says nothing), and TCP would take a quarter of an hour to notice.
function endedBySilence(statementTimeoutMillis: number): Socket {
  const socket = new Socket()
  if (statementTimeoutMillis === 0) return socket
  return socket.setTimeout(statementTimeoutMillis + 1000, () => socket.destroy())
}

/**
 * What stands between us and PostgreSQL: nothing, or a pooler that gives a connection one session for its whole life
 * (`session`), or one that may give each transaction another session (`transaction`).
 */
export type Pooler = 'session' | 'transaction'

// Kysely's lock for migrations belongs to a session, and a pooler may change that between two statements; migrate.ts
// takes one that belongs to its transaction.
class AdapterWithoutLock extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {}
  override async releaseMigrationLock(): Promise<void> {}
}

class Dialect extends PostgresDialect {
  override createAdapter(): PostgresAdapter {
    return new AdapterWithoutLock()
  }
}

/**
 * Opens a pool. A connection that PostgreSQL drops while idle is reported to `onError` and replaced on next use.
 * @param url `postgresql://…`
 * @param limits `connections` in the pool; `statementTimeoutMillis` after which PostgreSQL gives a statement up (0: what
 *   the role's own setting says). Behind a pooler of transactions it is the role's setting in any case, because what is
 *   set in a session would reach strangers there.
 */
export function openDatabase(
  url: string,
  onError: (error: Error) => void,
  {
    connections = 10,
    statementTimeoutMillis = 5000,
    pooler = 'session',
  }: Readonly<{ connections?: number; statementTimeoutMillis?: number; pooler?: Pooler }> = {},
): Db {
  // Not as a parameter of the connection's start: PgBouncer refuses those that it does not know.
  const setTimeLimit = async (client: pg.ClientBase): Promise<void> => {
    await client.query(`set statement_timeout = ${statementTimeoutMillis}`)
  }
  // What stays in a session, its time limit and the names of its statements, is for those who have one to themselves and
  // for long; a command or a migration leaves nothing behind, whatever stands between.
  const ownsSession = statementTimeoutMillis > 0 && pooler === 'session'
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: 3000,
    ...(ownsSession && { Client: PreparingClient, onConnect: setTimeLimit }),
    // Before its socket counts as silent.
    idleTimeoutMillis: statementTimeoutMillis || 10_000,
    stream: () => endedBySilence(statementTimeoutMillis),
  })
  pool.on('error', onError)
  // A connection that breaks while it is in use is an 'error' event as well, which nobody else hears and which would end
  // the process; whoever waits for the query is told by its rejection.
  pool.on('connect', (client) => client.on('error', () => {}))
  const db: Db = new Kysely<Database>({
    dialect: new Dialect({ pool }),
    log: (event) => {
      if (event.level === 'error') noteFailure(db, event.error)
    },
  })
  return db
}
