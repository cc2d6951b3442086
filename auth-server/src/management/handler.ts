// What stands behind a row of the contract: a function that reads, or one that changes within a transaction.
import type {
  OperationAnswer,
  OperationId,
  OperationInput,
  OperationRow,
} from '@mobile-api-gateway/sdk/contract/index.ts'
import type { Deps } from '../deps.ts'
import type { Db, Trx } from '../store/database.ts'
import type { ManagementActor } from './actor.ts'

/** What a caller asks of an operation, checked against its row. */
export interface ReadCall<Asked> {
  readonly deps: Deps
  readonly db: Db
  readonly actor: ManagementActor
  readonly input: Asked
}

/** A change under way. */
export interface OpenWrite {
  /** All that the operation changes, its audit events and its answer for an Idempotency-Key: all of it happens, or nothing. */
  readonly trx: Trx
  /**
   * For rows with a precondition: holds If-Match against the object as it is answered, read and locked in `trx`.
   * @throws {HttpProblem} 412
   */
  readonly requireVersion: (shown: unknown) => void
}

export interface WriteCall<Asked> extends OpenWrite {
  readonly deps: Deps
  readonly actor: ManagementActor
  readonly input: Asked
}

// Methods, not members that hold a function: so one of them fits where any is meant.
interface Reader<Asked, Answered> {
  read(call: ReadCall<Asked>): Promise<Answered>
}
interface Writer<Asked, Answered> {
  write(call: WriteCall<Asked>): Promise<Answered>
}
/** What is prepared for a change; a version that is old already is refused before that costs anything, and held once more in the transaction. */
export interface PrepareCall<Asked> extends ReadCall<Asked>, Pick<OpenWrite, 'requireVersion'> {}

/** For what takes its time: that is done before the transaction, which locks and holds a connection, and comes with what it does. */
interface PreparedWriter<Asked, Answered> {
  prepare(call: PrepareCall<Asked>): Promise<(open: OpenWrite) => Promise<Answered>>
}

/** The handler of an operation: reading is by GET alone. */
export type HandlerOf<Id extends OperationId> = OperationRow<Id>['method'] extends 'GET'
  ? Reader<OperationInput<Id>, OperationAnswer<Id>>
  : Writer<OperationInput<Id>, OperationAnswer<Id>> | PreparedWriter<OperationInput<Id>, OperationAnswer<Id>>

/** All handlers of one thing (`applications`, `apis` …); one that is missing does not compile. */
export type HandlersOf<Thing extends string> = {
  readonly [Id in OperationId as Id extends `${Thing}.${string}` ? Id : never]: HandlerOf<Id>
}

/** What any operation is given. */
export interface AnyInput {
  readonly params: object
  readonly query: object
  readonly body: object
}

/** A handler to one who knows no operation by name. */
export type AnyHandler = Reader<AnyInput, unknown> | Writer<AnyInput, unknown> | PreparedWriter<AnyInput, unknown>
