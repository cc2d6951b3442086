// What became of a visit that cannot go on: its row says so for an hour after its end.
import { type SqlBool, sql } from 'kysely'
import type { Db } from '../database.ts'
import type { ApplicationKind } from '../tables/applications.ts'
import {
  approvedVisit,
  approvedVisits,
  isRequestId,
  type StoredRequest,
  type StoredReturn,
  type VisitProof,
} from '../tables/authorization-requests.ts'
import { isUnspent } from '../tables/pushed-requests.ts'

/** The application that a visit was for, as far as a way back to it needs to be known. */
export interface VisitedApp {
  readonly clientId: string
  readonly name: string
  readonly isNameVerified: boolean
  readonly kind: ApplicationKind
  readonly redirectUris: readonly string[]
  /** Its requests come by the PAR endpoint only. */
  readonly mustPush: boolean
  readonly resource: string
}

export interface EndedVisit {
  /** Who asked has had its answer (also from another visit of the same pushed request), nobody took the last step in time, or it is alive but another browser's. */
  readonly kind: 'done' | 'expired' | 'elsewhere'
  /** Whether it is this browser's own. */
  readonly mine: boolean
  /** Null of a visit for a page of this server. */
  readonly app: VisitedApp | null
  readonly request: StoredRequest | StoredReturn
}

const VISITED_APP = sql<VisitedApp>`jsonb_build_object(
  'clientId', application.client_id, 'name', application.name, 'kind', application.kind,
  'isNameVerified', application.name_verified_at is not null,
  'redirectUris', to_jsonb(application.redirect_uris),
  'mustPush', application.require_pushed_authorization_requests, 'resource', api.resource)`

/** A visit whose app has been given its answer. */
export interface AnsweredVisit {
  readonly app: VisitedApp
  readonly request: StoredRequest
}

/**
 * The last of this browser's visits that was answered at one redirect URI of an application.
 * @param visits of the browser, by the cookies that it has: id, and hash of the secret
 */
export async function findAnsweredVisit(
  db: Db,
  { clientId, redirectUri }: Readonly<{ clientId: string; redirectUri: string }>,
  visits: readonly VisitProof[],
): Promise<AnsweredVisit | undefined> {
  if (visits.length === 0) return undefined
  return approvedVisits(db)
    .where(sql<SqlBool>`request.id = any(${visits.map(({ id }) => id)})`)
    .where(sql<SqlBool>`request.browser_hash = any(${visits.map(({ browserHash }) => browserHash)})`)
    .where('application.client_id', '=', clientId)
    .where(sql<SqlBool>`request.request->>'redirectUri' = ${redirectUri}`)
    .where('request.completed_at', 'is not', null)
    .orderBy('request.completed_at', 'desc')
    .select([VISITED_APP.as('app'), sql<StoredRequest>`request.request`.as('request')])
    .limit(1)
    .executeTakeFirst()
}

/** Tells how a visit ended, by its id and the browser that asks; undefined when there is none, or none that is approved. */
export async function findEndedVisit(
  db: Db,
  id: string,
  browserHashes: readonly string[],
): Promise<EndedVisit | undefined> {
  if (!isRequestId(id)) return undefined
  return approvedVisit(db, id)
    .select([
      sql<EndedVisit['kind']>`case when request.completed_at is not null or not ${isUnspent} then 'done'
                                   when request.expires_at <= auth_now() then 'expired' else 'elsewhere' end`.as(
        'kind',
      ),
      sql<boolean>`request.browser_hash = any(${browserHashes})`.as('mine'),
      sql<VisitedApp | null>`case when application.id is not null then ${VISITED_APP} end`.as('app'),
      'request.request',
    ])
    .executeTakeFirst()
}
