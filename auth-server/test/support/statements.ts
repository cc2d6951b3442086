// What PostgreSQL is asked during something: the part of an answer's time that could tell what it does not say.
import pg from 'pg'
import type { Test } from 'tap'

/** Everything that is asked meanwhile, in order. */
export async function statementsOf<T>(
  t: Test,
  work: () => Promise<T>,
): Promise<Readonly<{ result: T; asked: readonly string[] }>> {
  const calls = t.capture(pg.Client.prototype, 'query', pg.Client.prototype.query)
  const result = await work()
  const asked = calls().map(({ args: [first] }) => textOf(first))
  calls.restore()
  return { result, asked }
}

function textOf(query: unknown): string {
  return typeof query === 'object' && query !== null && 'text' in query ? String(query.text) : String(query)
}
