// Statements with names: PostgreSQL plans each once per connection instead of at every call.
import { createHash } from 'node:crypto'
import type pg from 'pg'
import { WatchedClient } from './watched.ts'

/** Texts that are given a name. Ours are a few hundred; of texts that are made anew each time, the rest goes without. */
const MAX_NAMES = 1000

const NAMES = new Map<string, string>()

/** The name of a text, the same on every connection; undefined when there are too many. */
export function nameOf(text: string): string | undefined {
  const known = NAMES.get(text)
  if (known !== undefined || NAMES.size >= MAX_NAMES) return known
  const name = createHash('sha256').update(text).digest('base64url').slice(0, 22)
  NAMES.set(text, name)
  return name
}

/** Whether a statement was planned before another instance's migration changed what it gives back. */
export function isStalePlan(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '0A000' && error.message.startsWith('cached plan')
}

type Query = (...args: readonly unknown[]) => Promise<unknown>

/** A connection that prepares each statement with parameters. What has none is `begin`, `commit`, or asked once. */
export class PreparingClient extends WatchedClient {
  readonly #stale = new Set<string>()

  override query: pg.Client['query'] = (...args: readonly unknown[]) => this.#query(...args) as never

  async #query(...args: readonly unknown[]): Promise<unknown> {
    const plain: Query = (...all) => Reflect.apply(super.query, this, all)
    const [text, values, ...more] = args
    if (
      more.length > 0 ||
      typeof text !== 'string' ||
      !Array.isArray(values) ||
      values.length === 0 ||
      this.#stale.has(text)
    )
      return plain(...args)
    const name = nameOf(text)
    if (name === undefined) return plain(...args)
    try {
      return await plain({ name, text, values })
    } catch (error) {
      if (!isStalePlan(error)) throw error
      this.#stale.add(text)
      return plain(...args)
    }
  }
}
