// A visit that has just begun: no row of the database, and no cookie of the browser, knows of it before it has to.
import type { Db } from '../../store/database.ts'
import { insertRequest, type PendingAppVisit } from '../../store/tables/authorization-requests.ts'
import { spentRequestUri } from './pushed-request.ts'

export interface NewVisit {
  /** Of the request that was pushed ahead for it. */
  readonly pushedUriHash: string | null
  /** Hands the browser the visit's cookie. */
  readonly begin: () => void
}

/** @throws {OAuthError} invalid_request_uri when what was pushed has been used up meanwhile */
export async function writeVisit(db: Db, pending: PendingAppVisit, { pushedUriHash }: NewVisit): Promise<void> {
  if (!(await insertRequest(db, { ...pending, pushedUriHash }))) throw spentRequestUri()
}
