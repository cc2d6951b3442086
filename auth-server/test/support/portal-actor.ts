// People who ask for operations in one of their roles, as the portal does for whoever is signed in.
import type { OperationId } from '@mobile-api-gateway/sdk/contract/index.ts'
import { WITHOUT_REQUEST } from '../../src/audit/context.ts'
import { HttpProblem } from '../../src/http/problem.ts'
import { actorOfPerson, type ManagementActor } from '../../src/management/actor.ts'
import { type Asked, perform } from '../../src/management/perform.ts'
import { insertRole } from '../../src/store/tables/person-roles.ts'
import { newPerson, openSessionOf } from './administrator.ts'
import type { TestServer } from './server.ts'

/** What somebody was answered, as a caller over HTTP would be. */
export interface Answered {
  readonly status: number
  readonly body: unknown
  readonly etag?: string | undefined
}

/** Asks an operation; a refusal is an answer. */
export async function ask(
  { deps }: Pick<TestServer, 'deps'>,
  actor: ManagementActor,
  id: OperationId,
  asked: Asked = {},
): Promise<Answered> {
  try {
    return await perform(deps, actor, id, asked)
  } catch (error) {
    if (!(error instanceof HttpProblem)) throw error
    return { status: error.status, body: { code: error.code, detail: error.description } }
  }
}

/** Somebody in a role. @param role of an approver, with the API */
export async function inRole(
  server: TestServer,
  email: string,
  role: Readonly<{ role: 'developer' | 'administrator' } | { role: 'approver'; apiId: string }>,
): Promise<
  Readonly<{ id: string; actor: ManagementActor; ask: (id: OperationId, asked?: Asked) => Promise<Answered> }>
> {
  const id = await newPerson(server, email)
  const apiId = role.role === 'approver' ? role.apiId : null
  await server.db.transaction().execute((trx) => insertRole(trx, { personId: id, role: role.role, apiId }))
  const session = await openSessionOf(server, id)
  const actor = await actorOfPerson(server.deps, session, role.role, { ...WITHOUT_REQUEST, requestId: email })
  if (typeof actor === 'string') throw new Error(actor)
  return { id, actor, ask: (operation, asked) => ask(server, actor, operation, asked) }
}
