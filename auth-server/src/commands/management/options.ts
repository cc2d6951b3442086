// Options of a command from the schemas of its operation, and back.
import type { ManagementOperation } from '@mobile-api-gateway/sdk/contract/operation.ts'
import type { TSchema } from 'typebox'
import { Mistake } from './mistake.ts'

/** An option as `parseArgs` has it, and in the help text. */
export interface VerbOption {
  readonly type: 'string' | 'boolean'
  readonly multiple?: boolean
  readonly help: string
}

export type VerbOptions = Readonly<Record<string, VerbOption>>
export type GivenValues = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>

/** Members whose option is called otherwise: one word of a list, or what people call the thing. */
const CALLED: Readonly<Record<string, string>> = {
  redirect_uris: 'redirect',
  post_logout_redirect_uris: 'post-logout-redirect',
  grant_types: 'grant-type',
  default_acr_values: 'acr',
  scopes: 'scope',
  plans: 'plan',
  token_groups: 'token-group',
  groups: 'group',
  token_endpoint_auth_method: 'auth-method',
  client_id: 'app',
  api_id: 'api',
}
/** Every list is told whole. */
const PAGING = new Set(['limit', 'cursor'])

export function optionOf(member: string): string {
  return CALLED[member] ?? member.replaceAll('_', '-')
}

interface Shape {
  readonly type: 'string' | 'boolean' | 'integer' | 'list'
  readonly words: readonly string[]
}

/** The shape of what a text of the command line can say; undefined for objects. */
function shapeOf(schema: TSchema): Shape | undefined {
  const members = new Map<string, unknown>(Object.entries(schema))
  const anyOf = members.get('anyOf')
  if (Array.isArray(anyOf)) return shapeOf(anyOf[0])
  const type = members.get('type')
  const words = members.get('enum')
  if (type === 'array') return listShape(members.get('items'))
  if (type !== 'string' && type !== 'boolean' && type !== 'integer') return undefined
  return { type, words: Array.isArray(words) ? words.map(String) : [] }
}

function listShape(items: unknown): Shape | undefined {
  if (typeof items !== 'object' || items === null) return undefined
  const item = shapeOf(items)
  return item?.type === 'string' ? { type: 'list', words: item.words } : undefined
}

function membersOf({ query, body }: ManagementOperation): readonly (readonly [string, TSchema])[] {
  return [query, body]
    .flatMap((part) => Object.entries<TSchema>(part?.properties ?? {}))
    .filter(([name]) => !PAGING.has(name))
}

/** An option for each member that a word can say. */
export function optionsOf(row: ManagementOperation): VerbOptions {
  return Object.fromEntries(
    membersOf(row).flatMap(([name, schema]) => {
      const shape = shapeOf(schema)
      if (!shape) return []
      const described = 'description' in schema ? String(schema.description) : ''
      const words = shape.type === 'boolean' && row.method === 'PATCH' ? ['true', 'false'] : shape.words
      const help = [words.join('|'), described, shape.type === 'list' ? 'Once for each' : ''].filter(Boolean)
      const isFlag = shape.type === 'boolean' && row.method !== 'PATCH'
      const type = isFlag ? ('boolean' as const) : ('string' as const)
      return [[optionOf(name), { type, ...(shape.type === 'list' && { multiple: true }), help: help.join('. ') }]]
    }),
  )
}

/** What the options say, as members of the operation. @throws {Mistake} for a word that is none of those meant */
export function inputOf(row: ManagementOperation, values: GivenValues): Readonly<Record<string, unknown>> {
  const input: Record<string, unknown> = {}
  for (const [name, schema] of membersOf(row)) {
    const value = values[optionOf(name)]
    if (value !== undefined) input[name] = readValue(shapeOf(schema), optionOf(name), value)
  }
  return input
}

function readValue(shape: Shape | undefined, option: string, value: GivenValues[string]): unknown {
  const words = shape?.words ?? []
  const wrong = [value].flat().find((word) => words.length > 0 && !words.includes(String(word)))
  if (wrong !== undefined) throw new Mistake(`--${option} is one of ${words.join(', ')}.`)
  if (typeof value !== 'string') return value
  if (shape?.type === 'integer') {
    if (!/^\d{1,15}$/.test(value)) throw new Mistake(`--${option} is a number.`)
    return Number(value)
  }
  if (shape?.type !== 'boolean') return value
  if (value !== 'true' && value !== 'false') throw new Mistake(`--${option} is true or false.`)
  return value === 'true'
}

/** @throws {Mistake} that names the option of a member that has to be there */
export function requireMembers({ body }: ManagementOperation, input: Readonly<Record<string, unknown>>): void {
  const required: readonly string[] = body && 'required' in body && Array.isArray(body.required) ? body.required : []
  const missing = required.find((name) => input[name] === undefined)
  if (missing !== undefined) throw new Mistake(`--${optionOf(missing)} is missing.`)
}
