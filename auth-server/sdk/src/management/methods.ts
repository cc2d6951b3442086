// The types of the client's methods, which follow from the contract: one method for each operation, grouped by thing.
import type { Static, TSchema } from 'typebox'
import type { OperationAnswer, OperationId, OperationRow } from '../contract/index.ts'
import type { ManagementOperation } from '../contract/operation.ts'

type Part<Row, Name extends keyof ManagementOperation> =
  Row extends Readonly<Record<Name, infer Schema extends TSchema>> ? Static<Schema> : object

/** The same, with nothing in it that is changed. */
export type Immutable<Value> = Value extends readonly (infer Item)[]
  ? readonly Immutable<Item>[]
  : Value extends object
    ? { readonly [Name in keyof Value]: Immutable<Value[Name]> }
    : Value

/** What a method is given: the members of path, query and body side by side. */
export type MethodInput<Id extends OperationId> = Immutable<
  Part<OperationRow<Id>, 'params'> & Part<OperationRow<Id>, 'query'> & Part<OperationRow<Id>, 'body'>
> &
  object

/** What goes beside the input. */
export interface CallOptions {
  readonly signal?: AbortSignal
  /** For the whole call, with its retries: 30 seconds unless told. */
  readonly timeoutMillis?: number
  /** Names the request, so that it is done once however often it is sent. Every write has one, a random one unless told. */
  readonly idempotencyKey?: string
  /** The version that is to be changed: `etagOf` what was read. */
  readonly ifMatch?: string
}

type OptionsOf<Id extends OperationId> =
  OperationRow<Id> extends { readonly precondition: true } ? CallOptions & { readonly ifMatch: string } : CallOptions

/** Input and options; each may be left out where nothing in it is needed. */
export type MethodArguments<Id extends OperationId> =
  OperationRow<Id> extends { readonly precondition: true }
    ? readonly [input: MethodInput<Id>, options: OptionsOf<Id>]
    : Record<never, never> extends MethodInput<Id>
      ? readonly [input?: MethodInput<Id>, options?: OptionsOf<Id>]
      : readonly [input: MethodInput<Id>, options?: OptionsOf<Id>]

/** One operation as a method. */
export type ManagementMethod<Id extends OperationId> = (...given: MethodArguments<Id>) => Promise<OperationAnswer<Id>>

/** `rotate_secret` as `rotateSecret`. */
type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name

type Thing = OperationId extends infer Id ? (Id extends `${infer Name}.${string}` ? Name : never) : never
type OperationOf<Name extends string> = Extract<OperationId, `${Name}.${string}`>

/** `client.people.list(…)`: things, and what can be done with them. */
export type ManagementMethods = {
  readonly [Name in Thing]: {
    readonly [Id in OperationOf<Name> as Id extends `${Name}.${infer Verb}`
      ? CamelCase<Verb>
      : never]: ManagementMethod<Id>
  }
}
