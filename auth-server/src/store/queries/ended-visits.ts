// What became of a visit that cannot go on: its row says so for an hour after its end.
import { sql } from 'kysely'
import type { Db } from '../database.ts'
import type { ApplicationKind } from '../tables/applications.ts'
import { approvedVisit, isRequestId, type StoredRequest } from '../tables/authorization-requests.ts'
import { isUnspent } from '../tables/pushed-requests.ts'

export interface EndedVisit {
  /** The app has had its answer (also from another visit of the same pushed request), nobody took the last step in time, or it is alive but another browser's. */
  readonly kind: 'done' | 'expired' | 'elsewhere'
  /** Whether it is this browser's own. */
  readonly mine: boolean
  readonly clientId: string
  readonly applicationName: string
  readonly applicationKind: ApplicationKind
  readonly redirectUris: readonly string[]
  /** Its requests come by the PAR endpoint only. */
  readonly mustPush: boolean
  readonly resource: string
  readonly request: StoredRequest
}

/** Tells how a visit ended, by its id and the browser that asks; undefined when no approved application has it. */
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
      'application.client_id as clientId',
      'application.name as applicationName',
      'application.kind as applicationKind',
      'application.redirect_uris as redirectUris',
      'application.require_pushed_authorization_requests as mustPush',
      'api.resource',
      'request.request',
    ])
    .executeTakeFirst()
}
