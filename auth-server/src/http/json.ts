// JSON bodies, read strictly: what two parsers could read in two ways is refused (RFC 8259 §4, §8.1). No library in use
// here does that: secure-json-parse sees neither a name said twice nor depth, and finding those finds reserved names, too.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ParameterError } from './parameters.ts'

const BODY_LIMIT_BYTES = 64 * 1024
const MAX_DEPTH = 8
const RESERVED = new Set(['__proto__', 'constructor', 'prototype'])
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]/g

export type JsonObject = Readonly<Record<string, unknown>>

class JsonBody {
  readonly json: JsonObject
  constructor(json: JsonObject) {
    this.json = json
  }
}

/**
 * Parses an object.
 * @param what it is, for the words of a refusal
 * @throws {ParameterError} for anything else, a name said twice or reserved, too much depth, or what cannot be stored.
 */
export function parseJsonObject(bytes: Uint8Array, what = 'the body'): JsonObject {
  const { text, value } = decode(bytes, what)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ParameterError(`${what} has to be a JSON object`)
  requireSound(text, what)
  const place = unstorableText(value)
  if (place !== undefined)
    throw new ParameterError(
      `${what} has characters that cannot be stored, at ${place.replace(/[^\w./-]/g, '?').slice(0, 100)}`,
    )
  return Object.fromEntries(Object.entries(value))
}

function decode(bytes: Uint8Array, what: string): { text: string; value: unknown } {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return { text, value: JSON.parse(text) }
  } catch {
    throw new ParameterError(`${what} is not valid JSON in UTF-8`)
  }
}

// The text is valid JSON by now, so its strings and brackets tell the structure. A set holds the names of an object.
function requireSound(text: string, what: string): void {
  const open: (Set<string> | undefined)[] = []
  let last = ''
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') open.push(token === '{' ? new Set() : undefined)
    else if (token === '}' || token === ']') open.pop()
    else if (token === ':') noteName(open.at(-1), JSON.parse(last), what)
    if (open.length > MAX_DEPTH) throw new ParameterError(`${what} is nested too deeply`)
    last = token
  }
}

function noteName(names: Set<string> | undefined, name: string, what: string): void {
  if (RESERVED.has(name)) throw new ParameterError(`${what} contains a reserved member name`)
  if (names?.has(name)) throw new ParameterError(`${what} names a member twice`)
  names?.add(name)
}

/** Where a text or a name is that PostgreSQL cannot store, as a JSON Pointer: one with NUL, or half a surrogate pair. */
export function unstorableText(value: unknown, place = ''): string | undefined {
  if (typeof value === 'string') return value.includes('\0') || !value.isWellFormed() ? place : undefined
  if (typeof value !== 'object' || value === null) return undefined
  for (const [name, member] of Object.entries(value)) {
    const found = unstorableText(name, `${place}/…`) ?? unstorableText(member, `${place}/${name}`)
    if (found !== undefined) return found
  }
  return undefined
}

/** Accepts `application/json` and nothing else in this scope; the routes of other scopes are not touched. */
export function addJson(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer', bodyLimit: BODY_LIMIT_BYTES },
    async (_request: FastifyRequest, body: Buffer) => new JsonBody(parseJsonObject(body)),
  )
}

/** The JSON object of a request, if it brought one. */
export function jsonOf({ body }: FastifyRequest): JsonObject | undefined {
  return body instanceof JsonBody ? body.json : undefined
}
