// Headers in the shapes in which Node and the fetch API hand them over, and the one value that a header may have. Pure.
import { IDENTITY_VALUE } from '../identity-headers.ts'
import { IdentityError } from './identity-error.ts'

/**
 * Headers: `request.headers` or `request.rawHeaders` of Node, or a `Headers` of the fetch API. Only in rawHeaders can a
 * repeated header be told from one with a comma; elsewhere a comma counts as a repetition.
 */
export type HeaderInput =
  | readonly string[]
  | Iterable<readonly [string, string]>
  | Readonly<Record<string, string | readonly string[] | undefined>>

type HeaderLines = readonly (readonly [name: string, value: string])[]

/** Reads one header by its name; undefined when it is not there. */
export type ReadHeader = (name: string) => string | undefined

/** Reads single headers. What it returns throws {IdentityError} when one came twice or has a value that cannot be. */
export function headerReader(headers: HeaderInput): ReadHeader {
  const lines = linesOf(headers)
  // In a list of lines, each value is one; elsewhere Node and fetch have joined them.
  const isJoined = !isRaw(headers)
  return (name) => {
    const values = valuesOf(lines, name)
    const [value] = values
    if (value === undefined) return undefined
    if (values.length > 1 || (isJoined && value.includes(',')))
      throw new IdentityError('duplicate_header', { detail: name })
    if (!IDENTITY_VALUE.test(value)) throw new IdentityError('malformed_header', { detail: name })
    return value
  }
}

/** Every value of one header, in their order. */
export function valuesOf(lines: HeaderLines, name: string): readonly string[] {
  return lines.filter(([line]) => line.toLowerCase() === name.toLowerCase()).map(([, value]) => value)
}

function isRaw(headers: HeaderInput): headers is readonly string[] {
  return Array.isArray(headers) && headers.every((item) => typeof item === 'string')
}

function isIterable(headers: HeaderInput): headers is Iterable<readonly [string, string]> {
  return Symbol.iterator in headers
}

/** Headers as a list, whatever their shape was. */
export function linesOf(headers: HeaderInput): HeaderLines {
  if (isRaw(headers)) {
    return headers.flatMap((name, at) => (at % 2 === 0 ? [[name, headers[at + 1] ?? ''] as const] : []))
  }
  if (isIterable(headers)) return [...headers]
  return Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : (typeof value === 'string' ? [value] : value).map((one) => [name, one] as const),
  )
}
