// Operations for whoever asks within this process, with their types: the portal's way to all that it shows and changes.
import type { OperationAnswer, OperationId, OperationInput } from '@mobile-api-gateway/sdk/contract/index.ts'
import type { Deps } from '../deps.ts'
import type { ManagementActor } from './actor.ts'
import { isAnswerOf } from './checks.ts'
import { type Asked, perform } from './perform.ts'

/** What somebody asks of one operation; a part that it does not have, or all of whose members may be left out, can be. */
export type AskedOf<Id extends OperationId> = Partial<OperationInput<Id>> & Pick<Asked, 'ifMatch' | 'idempotencyKey'>

/** What one operation answered. */
export interface AnswerTo<Id extends OperationId> {
  readonly body: OperationAnswer<Id>
  /** The version of what is told, for `ifMatch`; empty where it has none. */
  readonly etag: string
}

/** @throws {HttpProblem} as `perform` does */
export async function ask<Id extends OperationId>(
  deps: Deps,
  actor: ManagementActor,
  id: Id,
  asked: AskedOf<Id>,
): Promise<AnswerTo<Id>> {
  const { body, etag = '' } = await perform(deps, actor, id, asked)
  if (!isAnswerOf(id, body)) throw new Error(`${id} answers what its row does not say`)
  return { body, etag }
}
