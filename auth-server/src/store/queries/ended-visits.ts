// What became of a visit that cannot go on: its row says so for an hour after its end.
import { sql } from 'kysely'
import type { Db } from '../database.ts'
import type { ApplicationKind } from '../tables/applications.ts'
import { approvedVisit, isRequestId, type StoredRequest, type StoredReturn } from '../tables/authorization-requests.ts'
import { isUnspent } from '../tables/pushed-requests.ts'

/** The application that a visit was for, as far as a way back to it needs to be known. */
export interface VisitedApp {
  readonly clientId: string
  readonly name: string
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
      sql<VisitedApp | null>`case when application.id is not null then jsonb_build_object(
        'clientId', application.client_id, 'name', application.name, 'kind', application.kind,
        'redirectUris', to_jsonb(application.redirect_uris),
        'mustPush', application.require_pushed_authorization_requests, 'resource', api.resource) end`.as('app'),
      'request.request',
    ])
    .executeTakeFirst()
}
