// What the address of a page asks for: filters that somebody filled in, and the part of the list.
import type { FastifyRequest } from 'fastify'
import { Parameters } from '../../http/parameters.ts'

/** Those of the names that have something in them. */
export function askedOf<Name extends string>(
  { raw }: FastifyRequest,
  names: readonly Name[],
): Readonly<Partial<Record<Name, string>>> {
  const parameters = Parameters.ofUrl(raw.url ?? '')
  parameters.requireReadable()
  const entries = names.flatMap((name) => {
    const text = parameters.get(name)?.trim()
    return text ? [[name, text] as const] : []
  })
  // Object.fromEntries forgets which names there are.
  return Object.assign<Partial<Record<Name, string>>, object>({}, Object.fromEntries(entries))
}

/** What stands in the address itself. */
export function idsOf({ params }: FastifyRequest): ReadonlyMap<string, string> {
  return new Map(Object.entries(Object(params)).map(([name, value]) => [name, String(value)]))
}

export function isPersonId(text: string): boolean {
  return /^usr_[\w-]{22}$/.test(text)
}

/** An address, or how a name begins; undefined for what is too short for either. */
export function textFilter(text: string | undefined): Readonly<{ email?: string; name?: string }> | undefined {
  if (text === undefined || text.length < 2 || text.length > 254) return undefined
  if (text.includes('@')) return { email: text }
  return text.length <= 100 ? { name: text } : undefined
}
