// What can be done with a thing by a command: mostly an operation of the contract, whose options follow from its row.
import { OPERATIONS, type OperationId } from '@mobile-api-gateway/sdk/contract/index.ts'
import type { ManagementOperation } from '@mobile-api-gateway/sdk/contract/operation.ts'
import { confirm } from './confirm.ts'
import type { ManagementConnection } from './connect.ts'
import { type GivenValues, inputOf, optionsOf, requireMembers, type VerbOptions } from './options.ts'
import { facts, type Told, table } from './tell.ts'

/** What a verb is given. */
export interface VerbCall extends ManagementConnection {
  readonly args: readonly string[]
  readonly values: GivenValues
  readonly isTerminal: boolean
}

export interface Verb {
  readonly summary: string
  /** Arguments in their order, each of which is needed. */
  readonly takes: readonly string[]
  readonly options: VerbOptions
  readonly run: (call: VerbCall) => Promise<Told>
}

/** Finds what an argument means: the id of a person by their address. */
type Resolve = (call: VerbCall, argument: string) => Promise<string>

export interface OperationVerb {
  readonly operation: OperationId
  /** What is asked beside what is typed. */
  readonly given?: Readonly<Record<string, unknown>>
  /** Names of the arguments, for the members of its path in their order. */
  readonly takes?: readonly string[]
  readonly resolve?: Resolve
  /** Adds what other operations tell of what was answered. */
  readonly completes?: (call: VerbCall, answered: readonly unknown[]) => Promise<readonly unknown[]>
  /** For lists: what is shown of each. */
  readonly columns?: readonly string[]
  /** For what takes something away: what goes with it. Then it asks. */
  readonly takesAway?: string
  /** Reads what is to be changed, where the operation wants its version. */
  readonly reads?: OperationId
  /** For lists: said where nothing is in one. */
  readonly none?: string
  /** Said where nothing is answered. */
  readonly says?: string
}

const YES = { yes: { type: 'boolean', help: 'Does it without asking' } } as const

/** A verb that is one operation. */
export function operationVerb(verb: OperationVerb): Verb {
  const row: ManagementOperation = OPERATIONS[verb.operation]
  return {
    summary: row.summary,
    takes: verb.takes ?? [],
    options: { ...optionsOf(row), ...(verb.takesAway !== undefined && YES) },
    run: (call) => runOperation(call, verb, row),
  }
}

/** Any operation, by members whose names its row knows. */
export async function ask(
  { client }: ManagementConnection,
  id: OperationId,
  input: Readonly<Record<string, unknown>>,
  ifMatch?: string,
): Promise<Readonly<{ body: unknown; etag: string | undefined }>> {
  return client.call(id, input, ifMatch === undefined ? {} : { ifMatch })
}

async function runOperation(call: VerbCall, verb: OperationVerb, row: ManagementOperation): Promise<Told> {
  const { resolve = (_: VerbCall, argument: string) => Promise.resolve(argument) } = verb
  const { completes = (_: VerbCall, answered: readonly unknown[]) => Promise.resolve(answered) } = verb
  const names = [...row.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  const found = await Promise.all(call.args.map((argument) => resolve(call, argument)))
  const params = Object.fromEntries(names.map((name, index) => [name, found[index]]))
  const input = { ...params, ...inputOf(row, call.values), ...verb.given }
  requireMembers(row, input)
  if (verb.columns) return tellList(call, verb, await completes(call, await askAll(call, verb.operation, input)))
  const read = verb.reads && (await ask(call, verb.reads, params))
  if (verb.takesAway !== undefined) await confirm(`${call.args.join(' ')}: ${verb.takesAway}`, call.values.yes === true)
  const { body } = await ask(call, verb.operation, input, read?.etag)
  if (body === undefined) return { json: read?.body ?? null, text: verb.says ?? 'Done.' }
  const [told] = await completes(call, [body])
  return { json: told, text: facts(told, call.isTerminal) }
}

function tellList(
  { isTerminal }: VerbCall,
  { columns = [], none = 'There is none.' }: OperationVerb,
  items: readonly unknown[],
): Told {
  // In a pipe as well, but beside what is read there.
  if (items.length === 0) return { json: items, text: '', remark: none }
  return { json: items, text: table(items, columns, isTerminal) }
}

/** Every item of a list, page after page. */
export async function askAll(
  call: ManagementConnection,
  id: OperationId,
  input: Readonly<Record<string, unknown>>,
): Promise<readonly unknown[]> {
  const items: unknown[] = []
  for (let cursor: unknown; cursor !== null; ) {
    const { body } = await ask(call, id, { ...input, ...(cursor !== undefined && { cursor }) })
    if (typeof body !== 'object' || body === null || !('items' in body) || !Array.isArray(body.items))
      throw new Error(`${id} is no list`)
    items.push(...body.items)
    const next: unknown = 'next' in body ? body.next : null
    if (next === cursor) throw new Error('The list does not come to an end')
    cursor = next
  }
  return items
}

/** All values of an option. */
export function textsOf(values: GivenValues, option: string): readonly string[] {
  const value = values[option]
  return Array.isArray(value) ? value.map(String) : value === undefined ? [] : [String(value)]
}
