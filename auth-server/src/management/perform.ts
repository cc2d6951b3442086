// The one dispatcher of operations: HTTP, the commands and the portal all come through here.
import { isOperationId, OPERATIONS, type OperationId } from '@mobile-api-gateway/sdk/contract/index.ts'
import { type ManagementOperation, successOf } from '@mobile-api-gateway/sdk/contract/operation.ts'
import type { Deps } from '../deps.ts'
import { hasScope, type ManagementActor } from './actor.ts'
import { requireInput, type SentInput, shapeAnswer } from './checks.ts'
import type { AnyHandler, AnyInput, OpenWrite } from './handler.ts'
import { HANDLERS } from './handlers.ts'
import { answeredBefore, once } from './idempotency.ts'
import { prepareAlone } from './prepare-alone.ts'
import { insufficientScope } from './refusals.ts'
import { asRefusal } from './refused-by-domain.ts'
import { requireIfMatch, requireVersion, versionOf } from './version.ts'

/** What somebody asks of an operation, as it came. */
export interface Asked extends SentInput {
  /** The header If-Match. */
  readonly ifMatch?: string | undefined
  /** The header Idempotency-Key; reading has no use for it. */
  readonly idempotencyKey?: string | undefined
}

/** What became of it. */
export interface Performed {
  readonly status: number
  /** Undefined where the status says all. */
  readonly body: unknown
  /** The version of what is told, where it has one. */
  readonly etag: string | undefined
}

/**
 * Does what an operation says, for somebody who may.
 * @throws {HttpProblem} 403 without its scope, 400 for what does not fit its row, 412 and 428 for If-Match, and what the
 * operation itself refuses; then nothing has changed.
 */
export async function perform(deps: Deps, actor: ManagementActor, id: OperationId, asked: Asked): Promise<Performed> {
  const row: ManagementOperation = OPERATIONS[id]
  if (!hasScope(actor, row.scope)) throw insufficientScope(row.scope)
  const input = requireInput(id, asked)
  if (row.precondition) requireIfMatch(asked.ifMatch)
  const body = await run(deps, actor, { id, input, asked }).catch(asRefusal)
  return { status: successOf(row).status, body, etag: row.versioned && versionOf(body) }
}

interface Checked {
  readonly id: OperationId
  readonly input: AnyInput
  readonly asked: Asked
}

async function run(deps: Deps, actor: ManagementActor, { id, input, asked }: Checked): Promise<unknown> {
  const handler: AnyHandler = HANDLERS[id]
  if ('read' in handler) return shapeAnswer(id, await handler.read({ deps, db: deps.db, actor, input }))
  const { ifMatch, idempotencyKey: key } = asked
  const call = { deps, actor, input }
  const keyed = key === undefined ? undefined : { actor, operation: id, input, ifMatch, key }
  const secrets = deps.config.keyEncryptionKeys
  // As whoever read it was told: without what its row does not declare.
  const requireCurrent = (shown: unknown) => requireVersion(ifMatch, shapeAnswer(readingOf(id), shown))
  const ready =
    'prepare' in handler
      ? await preparedOrKnown(
          () =>
            prepareAlone(deps, actor, () => handler.prepare({ ...call, db: deps.db, requireVersion: requireCurrent })),
          async () => keyed && answeredBefore(deps.db, secrets, keyed),
        )
      : { write: (open: OpenWrite) => handler.write({ ...call, ...open }) }
  if ('answer' in ready) return ready.answer
  const done = await deps.db.transaction().execute((trx) => {
    const work = async () => shapeAnswer(id, await ready.write({ trx, requireVersion: requireCurrent }))
    return keyed ? once(trx, secrets, keyed, work) : work()
  })
  // Whoever changed it finds it changed with the next request.
  deps.clients.forget()
  return done
}

/** Nothing is prepared for a request that was answered before, or was while this one was prepared. */
async function preparedOrKnown<Write>(
  prepare: () => Promise<Write>,
  known: () => Promise<Readonly<{ answer: unknown }> | undefined>,
): Promise<Readonly<{ write: Write } | { answer: unknown }>> {
  const before = await known()
  if (before) return before
  try {
    return { write: await prepare() }
  } catch (error) {
    // What it names may be old for the very reason that it was done.
    const meanwhile = await known()
    if (meanwhile) return meanwhile
    throw error
  }
}

/** By which row somebody has read what an operation changes: it answers with the same itself, or is beside it. */
function readingOf(id: OperationId): OperationId {
  const row: ManagementOperation = OPERATIONS[id]
  if (successOf(row).schema) return id
  const reading = Object.keys(OPERATIONS)
    .filter(isOperationId)
    .find((other) => OPERATIONS[other].method === 'GET' && OPERATIONS[other].path === row.path)
  if (!reading) throw new Error(`nobody can read what ${id} changes`)
  return reading
}
