// Arguments that several functions of the PDK take.
import { isRecord } from '../config/model/source.ts'
import { textToBytes } from '../http/bytes.ts'
import { LuaError } from '../http/response-headers.ts'

/** The name argument most functions take first. */
export function nameArgument(args: readonly unknown[], what: string): string {
  if (typeof args[0] !== 'string') throw new LuaError(`${what} must be a string`)
  return textToBytes(args[0])
}

/** The table of headers that some functions take: an empty one may arrive as a list. */
export function headerArguments(args: readonly unknown[]): [string, unknown][] {
  if (Array.isArray(args[0]) && args[0].length === 0) return []
  if (!isRecord(args[0])) throw new LuaError('headers must be a table')
  return Object.entries(args[0])
}
