// The query of a request as its row means it: numbers and truth values are spelled as text there.
import type { ManagementOperation } from '@mobile-api-gateway/sdk/contract/operation.ts'
import type { TSchema } from 'typebox'
import type { Parameters } from '../http/parameters.ts'

/** What does not spell the type that is meant stays text, and is refused as such. @throws {ParameterError} */
export function readQuery({ query }: ManagementOperation, parameters: Parameters): Readonly<Record<string, unknown>> {
  parameters.requireSound()
  const types: Readonly<Record<string, TSchema>> = query?.properties ?? {}
  const entries = [...new URLSearchParams(parameters.toString())]
  return Object.fromEntries(entries.map(([name, text]) => [name, readValue(types[name], text)]))
}

function readValue(type: TSchema | undefined, text: string): unknown {
  const named = type && 'type' in type ? type.type : undefined
  if (named === 'integer' && /^\d{1,15}$/.test(text)) return Number(text)
  if (named === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  return text
}
