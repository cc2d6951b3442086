// How nginx's Lua module sets response headers: which of them hold one value only, and what values may be.

import { isRecord } from '../config/model/source.ts'
import { textToBytes } from './bytes.ts'
import type { HeaderList } from './header-list.ts'

/** A PDK function was called with something it does not take: a Lua error in Kong, which answers 500. */
export class LuaError extends Error {}

/** Of these the last value wins, in arrays and in `add_header` alike (measured on Kong 3.9.3). */
const SINGLE = new Set([
  ...[
    'accept-ranges',
    'content-encoding',
    'content-length',
    'content-range',
    'content-type',
    'date',
    'etag',
    'expires',
  ],
  ...['last-modified', 'location', 'refresh', 'server', 'www-authenticate'],
])

export function isSingleValued(name: string): boolean {
  return SINGLE.has(name.toLowerCase())
}

/** Header values may not hold control characters: the Lua module percent-encodes them. */
function escapeControls(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about.
  return value.replace(/[\x00-\x08\x0a-\x1f\x7f]/g, (char) => {
    return `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
  })
}

/** Nor may names hold what is no token (RFC 9110 §5.1): the Lua module percent-encodes that, too. */
function escapeName(name: string): string {
  return name.replace(/[^\w!#$&'*+.^`|~%-]/g, (char) => {
    return `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
  })
}

/** A header's name as plugins and Lua give it, as bytes that may stand in a header. */
export function headerName(name: unknown): string {
  return escapeName(textToBytes(String(name)))
}

function normalizeValue(value: string): string {
  return value === '' ? ' ' : escapeControls(textToBytes(value))
}

/** Kong 3.9: pdk/private/checks.lua: strings, numbers, booleans, or arrays of strings; everything else is an error. */
export function normalizeValues(name: unknown, value: unknown): string[] {
  if (typeof name !== 'string') throw new LuaError(`invalid header name "${String(name)}": expected string`)
  if (typeof value === 'string') return [normalizeValue(value)]
  if (typeof value === 'number' || typeof value === 'boolean') return [String(value)]
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.map(normalizeValue)
  // An empty Lua table arrives as an empty mapping.
  if (isRecord(value) && Object.keys(value).length === 0) return []
  throw new LuaError(`invalid header value for "${name}": expected array of string, string, number or boolean`)
}

/** `ngx.header[name] = values`: underscores become dashes, an empty list clears. */
export function setResponseHeader(headers: HeaderList, name: string, values: readonly string[]): void {
  const dashed = name.replaceAll('_', '-')
  if (dashed.toLowerCase() === 'transfer-encoding') return
  if (values.length === 0) headers.remove(dashed)
  else headers.set(dashed, isSingleValued(dashed) ? values.slice(-1) : values)
}

/** `ngx.resp.add_header`. */
export function addResponseHeader(headers: HeaderList, name: string, values: readonly string[]): void {
  if (isSingleValued(name)) setResponseHeader(headers, name, values)
  else for (const value of values) headers.add(name.replaceAll('_', '-'), value)
}
