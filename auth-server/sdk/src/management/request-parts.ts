// Sorts what a method is given into path, query and body, as the row of its operation says. Pure.
import type { ManagementOperation } from '../contract/operation.ts'

/** What a method is given: the members of all parts, side by side. */
export type FlatInput = Readonly<Record<string, unknown>>

/** A request without address and headers. */
export interface RequestParts {
  /** Path and query, below the address of the API. */
  readonly path: string
  readonly body: string | undefined
}

/** A member that no part knows goes with the body, or else the query: the server refuses it by its name. */
export function requestParts({ path, params, query, body }: ManagementOperation, input: FlatInput): RequestParts {
  const isParam = (name: string) => params !== undefined && Object.hasOwn(params.properties, name)
  const isQuery = (name: string) =>
    body === undefined ? true : query !== undefined && Object.hasOwn(query.properties, name)
  const given = Object.entries(input).filter(([, value]) => value !== undefined)
  const others = given.filter(([name]) => !isParam(name))
  const search = new URLSearchParams(
    others.filter(([name]) => isQuery(name)).map(([name, value]) => [name, String(value)]),
  )
  const content = Object.fromEntries(others.filter(([name]) => !isQuery(name)))
  return {
    path:
      path.replace(/\{(\w+)\}/g, (_, name: string) => segment(name, input[name])) +
      (search.size > 0 ? `?${search}` : ''),
    body: body === undefined ? undefined : JSON.stringify(content),
  }
}

function segment(name: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new TypeError(`${name} is missing`)
  // A URL would read these as steps to another address.
  if (value === '.' || value === '..') throw new TypeError(`${name} cannot be ${value}`)
  return encodeURIComponent(value)
}
