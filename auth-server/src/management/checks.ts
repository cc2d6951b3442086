// What comes in and what goes out, held against the contract: unknown members are errors, undeclared ones are never told.
import { OPERATIONS, type OperationAnswer, type OperationId } from '@mobile-api-gateway/sdk/contract/index.ts'
import { type ManagementOperation, successOf } from '@mobile-api-gateway/sdk/contract/operation.ts'
import { exactly } from '@mobile-api-gateway/sdk/contract/schemas.ts'
import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import { Value } from 'typebox/value'
import { unstorableText } from '../http/json.ts'
import type { AnyInput } from './handler.ts'
import { misfitOf, placeOf } from './misfit.ts'
import { invalid } from './refusals.ts'

const NOTHING = exactly({})

interface Checks {
  readonly params: Validator
  readonly query: Validator
  readonly body: Validator
  readonly answer: Validator | undefined
}

function checksOf(row: ManagementOperation): Checks {
  const { schema } = successOf(row)
  return {
    params: Compile(row.params ?? NOTHING),
    query: Compile(row.query ?? NOTHING),
    body: Compile(row.body ?? NOTHING),
    answer: schema === null ? undefined : Compile(schema),
  }
}

// Compiled when an operation is first asked for: all of them at once took a tenth of the server's start.
const CHECKS = new Map<OperationId, Checks>()

function requireChecks(id: OperationId): Checks {
  const checks = CHECKS.get(id) ?? checksOf(OPERATIONS[id])
  CHECKS.set(id, checks)
  return checks
}

/** What somebody sent; undefined where nothing came. */
export interface SentInput {
  readonly params?: unknown
  readonly query?: unknown
  readonly body?: unknown
}

const PARTS = ['params', 'query', 'body'] as const
/** How a part is called to whoever sent it. */
const CALLED = { params: 'the path', query: 'the query', body: 'the body' } as const

/** @throws {HttpProblem} 400 that names the first thing that does not fit */
export function requireInput(id: OperationId, sent: SentInput): AnyInput {
  const checks = requireChecks(id)
  for (const part of PARTS) {
    const problem = problemOf(checks[part], sent[part] ?? {})
    if (problem !== undefined) throw invalid('misfit', CALLED[part], problem)
  }
  return { params: Object(sent.params ?? {}), query: Object(sent.query ?? {}), body: Object(sent.body ?? {}) }
}

function problemOf(check: Validator, value: unknown): string | undefined {
  const place = unstorableText(value)
  if (place !== undefined) return `${placeOf(place)} has characters that cannot be stored`
  return misfitOf(check, value)
}

/**
 * An answer without what its row does not declare: nobody is told more by an oversight.
 * @throws {Error} when something is missing, which is a mistake of ours
 */
export function shapeAnswer(id: OperationId, answered: unknown): unknown {
  const check = requireChecks(id).answer
  if (!check) return undefined
  const clean = Value.Clean(typeOf(check), structuredClone(answered))
  if (!check.Check(clean)) throw new Error(`${id} answers what its row does not say${problemOf(check, clean) ?? ''}`)
  return clean
}

/** Whether something is what the row of an operation says. */
export function isAnswerOf<Id extends OperationId>(id: Id, body: unknown): body is OperationAnswer<Id> {
  const check = requireChecks(id).answer
  return check ? check.Check(body) : body === undefined
}

function typeOf(check: Validator): TSchema {
  return check.Type()
}
