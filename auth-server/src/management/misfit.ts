// What does not fit a schema, as the end of a sentence for whoever sent it. Pure.
import type { TSchema } from 'typebox'
import type { Validator } from 'typebox/compile'

type SchemaError = ReturnType<Validator['Errors']>[number]

/** The first thing that does not fit, where there is one: `, at /kind, is one of native, web, browser`. */
export function misfitOf(check: Validator, value: unknown): string | undefined {
  if (check.Check(value)) return undefined
  const errors = check.Errors(value)
  // What is unknown is said by name; the rest may follow from it.
  const error = errors.find(({ keyword }) => keyword === 'additionalProperties') ?? errors[0]
  if (!error) return ' does not fit'
  return `${placeOf(error.instancePath)} ${sayError(check.Type(), error)}`
}

function sayError(schema: TSchema, { params, message, schemaPath }: SchemaError): string {
  if ('additionalProperties' in params) return `has an unknown member: ${readable(String(params.additionalProperties))}`
  if ('allowedValues' in params) return `is ${oneOfWords(params.allowedValues)}`
  if (!('requiredProperties' in params)) return message
  const members = membersOf(memberOf(nested(schema, schemaPath), 'properties'))
  const missing = params.requiredProperties.map((name) => {
    const words = memberOf(members.get(name), 'enum')
    return Array.isArray(words) ? `${name} (${oneOfWords(words)})` : name
  })
  return `lacks ${missing.join(' and ')}`
}

function oneOfWords(words: readonly unknown[]): string {
  return `one of ${words.join(', ')}`
}

/** A part of a schema, by its JSON Pointer. */
function nested(schema: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce((part, name) => memberOf(part, name), schema)
}

function membersOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : [])
}

function memberOf(value: unknown, name: string): unknown {
  return membersOf(value).get(name)
}

/** Where in what was sent, between commas. */
export function placeOf(path: string): string {
  return path === '' ? '' : `, at ${readable(path)},`
}

// What somebody sent, in a sentence that is read in logs, too.
function readable(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}
