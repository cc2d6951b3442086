// How many rows of tables statements look at, as PostgreSQL counts them.
import pg from 'pg'
import type { Test } from 'tap'

/** A statement that was asked, and how many rows it looks at. */
export interface Reading {
  readonly text: string
  readonly rows: number
}

interface Asked {
  readonly text: string
  readonly values: unknown[]
}

/** Everything that is asked meanwhile, each asked again afterwards and taken back: what it reads then. */
export async function rowsReadBy<T>(
  t: Test,
  databaseUrl: string,
  work: () => Promise<T>,
): Promise<Readonly<{ result: T; statements: readonly Reading[] }>> {
  const calls = t.capture(pg.Client.prototype, 'query', pg.Client.prototype.query)
  const result = await work()
  const asked = calls().map(({ args }) => askedBy(args))
  calls.restore()
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const statements: Reading[] = []
    for (const each of asked)
      if (/^\s*(select|with|insert|update|delete)\b/i.test(each.text)) statements.push(await read(client, each))
    return { result, statements }
  } finally {
    await client.end()
  }
}

function askedBy([first, values]: readonly unknown[]): Asked {
  const text = typeof first === 'object' && first !== null && 'text' in first ? String(first.text) : String(first)
  const given = typeof first === 'object' && first !== null && 'values' in first ? first.values : values
  return { text, values: Array.isArray(given) ? given : [] }
}

/** A node of a plan, as `explain` tells it. */
interface PlanNode {
  readonly 'Relation Name'?: string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number
  readonly 'Rows Removed by Index Recheck'?: number
  readonly Plans?: readonly PlanNode[]
}

async function read(client: pg.Client, { text, values }: Asked): Promise<Reading> {
  await client.query('begin')
  try {
    const { rows } = await client.query<{ 'QUERY PLAN': readonly [{ Plan: PlanNode }] }>(
      `explain (analyze, timing off, format json) ${text}`,
      values,
    )
    const [plan] = rows[0]?.['QUERY PLAN'] ?? []
    return { text, rows: plan ? rowsOf(plan.Plan) : 0 }
  } catch (error) {
    // What was inserted once is not inserted again.
    if (error instanceof pg.DatabaseError && error.code === '23505') return { text, rows: 0 }
    throw error
  } finally {
    await client.query('rollback')
  }
}

/** Those that it got out of tables, also to leave them out. */
function rowsOf(node: PlanNode): number {
  const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)
  const own = node['Relation Name'] === undefined ? 0 : (node['Actual Rows'] + removed) * node['Actual Loops']
  return (node.Plans ?? []).map(rowsOf).reduce((sum, rows) => sum + rows, own)
}
