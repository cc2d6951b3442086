// One visit to /authorize as a row: the hand-over between the protocol and the pages, tied to one browser.
import { type ColumnType, type SqlBool, sql } from 'kysely'
import type { AskedClaims } from '../asked-claims.ts'
import type { Db } from '../database.ts'
import type { Condition, Json, PersonKey, TableDeclaration } from '../declaration.ts'
import { isSubscribed, secondsFromNow, secondsSince } from '../sql.ts'
import { type DoneSteps, type StepName, sessionsOf, stepDone } from '../visit-steps.ts'
import { API_DEMANDS, type ApiDemands, type SignInOffer } from './apis.ts'
import type { ApplicationKind, ApplicationLooks } from './applications.ts'
import { isUnspent, spendPushed } from './pushed-requests.ts'

/** What every visit may ask of its sign-in; kept as JSON because only /authorize and its pages read it. */
export interface SignInWishes {
  /** OpenID Connect Core §3.1.2.1. */
  readonly prompts: readonly string[]
  readonly maxAgeSeconds?: number
  /** How the person should have been authenticated, the best first (`acr_values`). */
  readonly acrValues?: readonly string[]
  /** Nothing else will do (OpenID Connect Core §5.5.1.1). */
  readonly acrIsEssential?: true
  readonly loginHint?: string
  /** The canonical form of the address that it is, if it is one (see identity/email.ts). */
  readonly loginHintKey?: string
  /** The languages that the app asked for, the best one first. */
  readonly uiLocales?: readonly string[]
  /** Whom an `id_token_hint` or the `claims` parameter names; nobody else gets a code (OpenID Connect Core §3.1.2.2). */
  readonly expectedPersonId?: string
  /** The same, where an ID token of the app's own proves that it knows them; `claims` is what anybody can write. */
  readonly hintedPersonId?: string
}
/** What an app asked at /authorize, after validation. */
export interface StoredRequest extends SignInWishes {
  readonly redirectUri: string
  readonly state?: string
  readonly scopes: readonly string[]
  /** Asked for by name, with whatever the scopes open. */
  readonly claims?: AskedClaims
  /** Absent only for a confidential client that uses the nonce instead (OAuth 2.1 §7.5.1). */
  readonly codeChallenge?: string
  readonly nonce?: string
  /** RFC 9449 §10: the key that the code is bound to. */
  readonly dpopJkt?: string
  /** The key of a guest's device that has signed the request, to make an account. */
  readonly deviceJkt?: string
  /** The way to sign in that the app hints at: a provider by its name, or `own`. */
  readonly idp?: string
  /** What of the app opened it, as far as its user agent says: the system's browser, or an embedded web view by name. */
  readonly openedIn?: string
}
/** What a page of this server asks: a sign-in, and the way back to it (see interaction/account-visit.ts). */
export interface StoredReturn extends SignInWishes {
  readonly returnTo: string
}
export interface AuthorizationRequests {
  id: string
  /** Of the secret in the visit's cookie. */
  browser_hash: string
  /** Null where the visit is for a page of this server. */
  application_id: string | null
  api_id: string | null
  request: Json<StoredRequest | StoredReturn>
  steps: ColumnType<DoneSteps, DoneSteps | undefined, DoneSteps>
  expires_at: Date
  completed_at: Date | null
  pushed_uri_hash: string | null
}

function inSessionOf({ personId }: PersonKey): Condition {
  return sql`${sessionsOf(sql`steps`)} && array(select id from sessions where person_id = ${personId})`
}

export const AUTHORIZATION_REQUESTS: TableDeclaration<AuthorizationRequests> = {
  purpose:
    'One visit to the sign-in pages: what the app, or a page of the account, asked, and how far the person has come.',
  lifetime: {
    // Whoever comes back to the page of one is told how it ended.
    until: 'an hour after it could have been finished, which is an hour after it began',
    obsolete: sql`expires_at < auth_now() - interval '1 hour'`,
    indexed: true,
  },
  people: {
    exported: {
      rows: { words: 'of sessions of the person', where: inSessionOf },
      columns: {
        id: 'exported',
        browser_hash: 'secret',
        application_id: 'exported',
        api_id: 'exported',
        request: 'exported',
        steps: 'exported',
        expires_at: 'exported',
        completed_at: 'exported',
        pushed_uri_hash: 'secret',
      },
    },
    erased: {
      deleted: {
        words: 'of sessions of the person, or begun by an app that named the person, or by a device of theirs',
        where: (person) => sql`${inSessionOf(person)} or request->>'expectedPersonId' = ${person.personId}
          or request->>'loginHintKey' = any(${[...person.emails]})
          or request->>'deviceJkt' in (select jkt from device_keys where person_id = ${person.personId})`,
      },
    },
  },
}

/** How long a person may take from the app's tap to the last page; seconds. */
export const REQUEST_TTL_SECONDS = 3600

/** Ids come back in paths, where anything could stand. */
const REQUEST_ID = /^[\w-]{22}$/
export function isRequestId(text: string): boolean {
  return REQUEST_ID.test(text)
}

/** A visit as its cookie names it: its id, and the hash of its secret. */
export interface VisitProof {
  readonly id: string
  readonly browserHash: string
}

/** Whose sign-in it is. */
export interface VisitingApp {
  readonly clientId: string
  readonly applicationId: string
  readonly name: string
  readonly kind: ApplicationKind
  readonly apiId: string
  readonly apiName: string
  readonly trusted: boolean
  /** Which ways to sign in the API offers, and what the application leaves of them. */
  readonly signIn: Readonly<Record<'api' | 'application', SignInOffer | null>>
  readonly demands: ApiDemands
  /** Where it was read to be shown. */
  readonly looks?: VisitingLooks
}

/** How an application looks to whoever decides. */
export interface VisitingLooks extends ApplicationLooks {
  readonly logoHash: string | null
  readonly isNameVerified: boolean
}

interface Pending {
  readonly id: string
  /** Of the secret in the visit's cookie. */
  readonly browserHash: string
  /** Seconds since it was made. */
  readonly ageSeconds: number
  readonly steps: DoneSteps
}
/** A visit for an application, which ends in a code for it. */
export interface PendingAppVisit extends Pending {
  readonly app: VisitingApp
  readonly request: StoredRequest
}
/** A visit for a page of this server, which ends there. */
export interface PendingOwnVisit extends Pending {
  readonly app: undefined
  readonly request: StoredReturn
}
/** A live, unfinished request with all that policy and pages need to know. */
export type PendingRequest = PendingAppVisit | PendingOwnVisit

/**
 * Begins a request. False when it was pushed ahead and its URI has been used up or has ended meanwhile (RFC 9126 §4):
 * until then it may begin any number of times, for a reload, a preview or a second tab is no second sign-in (§7.3).
 */
export async function insertRequest(
  db: Db,
  row: Pick<PendingRequest, 'id' | 'browserHash' | 'app' | 'request'> & Readonly<{ pushedUriHash: string | null }>,
): Promise<boolean> {
  const { rows } = await sql`
    insert into authorization_requests (id, browser_hash, application_id, api_id, request, expires_at, pushed_uri_hash)
    select ${row.id}, ${row.browserHash}, ${row.app?.applicationId ?? null}, ${row.app?.apiId ?? null}, ${JSON.stringify(row.request)}::jsonb,
           ${secondsFromNow(REQUEST_TTL_SECONDS)}, ${row.pushedUriHash}
    where ${row.pushedUriHash}::text is null or exists (
      select from pushed_requests where uri_hash = ${row.pushedUriHash} and application_id = ${row.app?.applicationId ?? null}
        and used_at is null and expires_at > auth_now())
    returning id`.execute(db)
  return rows.length === 1
}

/** Whether a visit can still go on. Part of a statement about `authorization_requests`, which has these columns alone. */
export const unfinished = sql<SqlBool>`completed_at is null and expires_at > auth_now() and ${isUnspent}`

/** A visit by its id: of an application, with its API and subscription, while that is approved; or of this server. */
export function approvedVisits(db: Db) {
  return db
    .selectFrom('authorization_requests as request')
    .leftJoin('applications as application', 'application.id', 'request.application_id')
    .leftJoin('apis as api', 'api.id', 'request.api_id')
    .leftJoin('subscriptions as subscription', (join) => join.on(isSubscribed('request')))
    .where((eb) => eb.or([eb('request.application_id', 'is', null), eb('subscription.id', 'is not', null)]))
}

export function approvedVisit(db: Db, id: string) {
  return approvedVisits(db).where('request.id', '=', id)
}

/** Finds a request that this browser began and has not finished, by the hash of any secret that came for it. */
export async function findPendingRequest(
  db: Db,
  id: string,
  browserHashes: readonly string[],
): Promise<PendingRequest | undefined> {
  if (!isRequestId(id) || browserHashes.length === 0) return undefined
  const row = await approvedVisit(db, id)
    .where(sql<SqlBool>`request.browser_hash = any(${browserHashes})`)
    .where(unfinished)
    .select([
      'request.id',
      'request.browser_hash as browserHash',
      'request.request',
      'request.steps',
      sql<VisitingApp | null>`case when application.id is not null then jsonb_build_object(
        'clientId', application.client_id, 'applicationId', application.id, 'name', application.name,
        'kind', application.kind, 'apiId', api.id, 'apiName', api.name, 'trusted', subscription.trusted,
        'signIn', jsonb_build_object('api', api.sign_in, 'application', application.sign_in),
        'demands', ${API_DEMANDS},
        'looks', jsonb_build_object('brandColor', application.brand_color, 'policyUri', application.policy_uri,
          'tosUri', application.tos_uri, 'supportContact', application.support_contact,
          'logoHash', application.logo_hash, 'isNameVerified', application.name_verified_at is not null)) end`.as(
        'app',
      ),
      sql<number>`${secondsSince(sql`request.expires_at`)} + ${REQUEST_TTL_SECONDS}`.as('ageSeconds'),
    ])
    .executeTakeFirst()
  return row && typed(row)
}

/** The visit as what it is: its columns and its JSON always agree. */
function typed({
  app,
  request,
  ...visit
}: Pending & Readonly<{ app: VisitingApp | null; request: StoredRequest | StoredReturn }>): PendingRequest | undefined {
  if ('returnTo' in request) return app === null ? { ...visit, app: undefined, request } : undefined
  return app === null ? undefined : { ...visit, app, request }
}

/** A step that is done; what is `said` is kept with it. */
export interface TakenStep {
  readonly requestId: string
  readonly step: StepName
  readonly sessionId: string | null
  readonly said?: Parameters<typeof stepDone>[2]
}

/** The steps of a visit that were done by now. */
export async function findSteps(db: Db, id: string): Promise<DoneSteps | undefined> {
  const row = await db.selectFrom('authorization_requests').where('id', '=', id).select('steps').executeTakeFirst()
  return row?.steps
}

/** Notes a step of the person of `sessionId`; for nobody else does it count. */
export async function takeStep(db: Db, { requestId, step, sessionId, said }: TakenStep): Promise<boolean> {
  const result = await db
    .updateTable('authorization_requests')
    .set({ steps: sql`steps || ${stepDone(step, sessionId === null ? null : sql`${sessionId}`, said)}` })
    .where('id', '=', requestId)
    .where(unfinished)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** The person wants to sign in as somebody else: nothing of what was done stays. */
export async function switchPerson(db: Db, requestId: string): Promise<void> {
  await db
    .updateTable('authorization_requests')
    .set({ steps: stepDone('switch', null) })
    .where('id', '=', requestId)
    .where(unfinished)
    .execute()
}

/** Closes a request that ends in an error; false when it, or another visit of the same pushed request, has ended already. */
export async function closeRequest(db: Db, id: string): Promise<boolean> {
  const { rows } = await sql`
    with closed as (
      update authorization_requests set completed_at = auth_now() where id = ${id} and completed_at is null returning *
    ), ${spendPushed}
    select id from ended`.execute(db)
  return rows.length === 1
}
