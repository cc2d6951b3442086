// What a row of the contract is: routes, validation, types, OpenAPI and the client follow from it.
import type { Static, TObject, TSchema } from 'typebox'
import type { ManagementScope } from './scopes.ts'

/** One operation of the management API; its key in the table is its id, `<thing>.<verb>`. */
export interface ManagementOperation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below the address of the API, with parameters in braces: `/applications/{client_id}`. */
  readonly path: string
  /** What the caller's token has to name. */
  readonly scope: ManagementScope
  /** One line: what it does. */
  readonly summary: string
  /** What else a caller has to know. */
  readonly description?: string
  readonly params?: TObject
  /** Allow-listed filters and the page; a name that is not here is refused. */
  readonly query?: TObject
  readonly body?: TObject
  /** Where its body may be longer than those of others, 64 KiB. */
  readonly maxBodyBytes?: number
  /** The one status of success, and what comes with it. */
  readonly answers: Readonly<{ 200: TSchema } | { 201: TSchema } | { 204: null }>
  /** Its answer is one object with a version, told by ETag. */
  readonly versioned?: true
  /** It changes what somebody has read: If-Match names that version (RFC 9110 §13.1.1, RFC 6585 §3). */
  readonly precondition?: true
  /** Beside those that every operation can answer with. */
  readonly problems?: readonly (404 | 409)[]
}

/** Operations by their ids. */
export type OperationTable = Readonly<Record<string, ManagementOperation>>

type Part<Row, Name extends keyof ManagementOperation> =
  Row extends Readonly<Record<Name, infer Schema extends TSchema>> ? Static<Schema> : Readonly<Record<string, never>>

/** What stands in the path of an operation. */
export type ParamsOf<Row> = Part<Row, 'params'>
/** The filters of an operation. */
export type QueryOf<Row> = Part<Row, 'query'>
/** The body that an operation takes. */
export type BodyOf<Row> = Part<Row, 'body'>
/** The body that an operation answers with; undefined where it answers 204. */
export type AnswerOf<Row> = Row extends { readonly answers: { readonly 200: infer Schema extends TSchema } }
  ? Static<Schema>
  : Row extends { readonly answers: { readonly 201: infer Schema extends TSchema } }
    ? Static<Schema>
    : undefined

/** The status of success, and the schema of its body. */
export function successOf({ answers }: ManagementOperation): Readonly<{ status: number; schema: TSchema | null }> {
  if ('200' in answers) return { status: 200, schema: answers[200] }
  return '201' in answers ? { status: 201, schema: answers[201] } : { status: 204, schema: null }
}

/** Whether an operation changes something; reading is by GET alone. */
export function isWrite({ method }: ManagementOperation): boolean {
  return method !== 'GET'
}
