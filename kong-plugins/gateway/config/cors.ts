// Kong's cors in kong.yml: its fields and their defaults.
import type { FieldSchema } from './plugin-schema.ts'

/** It runs before every plugin that verifies: a preflight carries no token. */
export const CORS_PRIORITY = 2000

/** Those that it allows by default. */
export const ALL_METHODS = ['GET', 'HEAD', 'PUT', 'PATCH', 'POST', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT']
const FLAG = { type: 'boolean', required: true, default: false }
const TEXTS = { type: 'array', elements: { type: 'string' } }

/** A site or an expression for its whole name. */
const ORIGIN = {
  type: 'string',
  valid: (value: unknown) =>
    value === '*' || compileOrigin(String(value)) ? undefined : 'must be * or a regular expression',
}

/** Its config (facts of Kong 3.9.3). */
export const CORS_SCHEMA: FieldSchema = {
  type: 'record',
  required: true,
  fields: [
    { origins: { type: 'array', elements: ORIGIN } },
    { headers: TEXTS },
    { exposed_headers: TEXTS },
    { methods: { type: 'array', default: ALL_METHODS, elements: { type: 'string', one_of: ALL_METHODS } } },
    { max_age: { type: 'number' } },
    { credentials: FLAG },
    { private_network: FLAG },
    { preflight_continue: FLAG },
  ],
}

/** A config with its defaults. */
export interface CorsConfig {
  readonly origins?: readonly string[]
  readonly headers?: readonly string[]
  readonly exposed_headers?: readonly string[]
  readonly methods?: readonly string[]
  readonly max_age?: number
  readonly credentials?: boolean
  readonly private_network?: boolean
  readonly preflight_continue?: boolean
}

/** An expression for the whole of an origin, or of its host. */
export function compileOrigin(entry: string): RegExp | undefined {
  try {
    return new RegExp(`^(?:${entry.replace(/^\^/, '').replace(/\$$/, '')})$`)
  } catch {
    return undefined
  }
}
