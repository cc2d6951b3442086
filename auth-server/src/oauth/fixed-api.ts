// Endpoints below /apis/<api> are the same endpoints with the resource fixed to that API.
import type { FastifyRequest } from 'fastify'
import { pathParameter } from '../http/request-path.ts'
import type { Db } from '../store/database.ts'
import { findApi } from '../store/tables/apis.ts'
import { OAuthError } from './errors.ts'

/** What an API's id looks like (see `apis`); other text (a NUL among it) does not reach the database. */
const API_ID = /^[a-z][a-z0-9-]{0,62}$/

/** The resource that the path fixes, or undefined at the root. @throws {OAuthError} invalid_target for an unknown API. */
export async function fixedResource(db: Db, request: FastifyRequest): Promise<string | undefined> {
  const api = pathParameter(request, 'api')
  if (api === undefined) return undefined
  const found = API_ID.test(api) ? await findApi(db, api) : undefined
  if (!found) throw new OAuthError('invalid_target', 'there is no API of this name')
  return found.resource
}

/** What was asked for, held against what the path fixes. @throws {OAuthError} invalid_target when they differ. */
export function resourcesFor(fixed: string | undefined, named: readonly string[]): readonly string[] {
  if (fixed === undefined) return named
  if (named.some((resource) => resource !== fixed))
    throw new OAuthError('invalid_target', 'this endpoint is for one API, and another resource was named')
  return [fixed]
}
