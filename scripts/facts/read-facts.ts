// Reads what the schemas of the Kong on PATH say, for the checker.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startThrowawayKong } from './throwaway-kong.ts'

const collect = readFileSync(join(import.meta.dirname, 'collect.lua'), 'utf8')
const ROUTE = { name: 'facts', paths: ['/'], plugins: [{ name: 'pre-function', config: { access: [collect] } }] }

/** Lists that Kong makes anew at each start, in whatever order. */
const UNORDERED = ['fields', 'one_of', 'not_one_of', 'at_least_one_of', 'mutually_exclusive']

/** What the schemas of the Kong on PATH say, as JSON. */
export async function readFacts(): Promise<string> {
  // The function has to see Kong's own modules.
  const config = JSON.stringify({ _format_version: '3.0', routes: [ROUTE] })
  const kong = await startThrowawayKong(config, { KONG_UNTRUSTED_LUA: 'on' })
  try {
    const answer = await fetch(`${kong.proxy}/`)
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${text}\n${await kong.errorLog()}`)
    return write(JSON.parse(text))
  } finally {
    await kong.stop()
  }
}

/** JSON with a line for each schema, so that the next Kong's changes can be read. */
function write(facts: Record<string, unknown>): string {
  const groups = Object.entries(facts).map(([name, group]) => {
    if (typeof group !== 'object' || group === null) return `${JSON.stringify(name)}: ${JSON.stringify(group)}`
    const lines = Object.entries(group).map(
      ([key, schema]) => `    ${JSON.stringify(key)}: ${JSON.stringify(ordered(schema))}`,
    )
    return `${JSON.stringify(name)}: {\n${lines.toSorted().join(',\n')}\n  }`
  })
  return `{\n  ${groups.toSorted().join(',\n  ')}\n}\n`
}

/** The same with keys in their order, which Lua does not keep. */
function ordered(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) {
    const list = value.map((each) => ordered(each))
    return UNORDERED.includes(name) ? list.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : list
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, ordered(each, key)]),
  )
}
