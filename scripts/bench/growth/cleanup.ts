// What cleaning up takes where half a million rows are obsolete: how many go in how many statements, and the longest one.
import { removeObsoleteRows } from '@mobile-api-gateway/auth-server/store/cleanup.ts'
import { openDatabase } from '@mobile-api-gateway/auth-server/store/database.ts'

/** What the runs of one of the jobs did until nothing was left. */
export interface Cleaned {
  readonly removed: Readonly<Record<string, number>>
  readonly runs: number
  readonly statements: number
  readonly longestMillis: number
  readonly seconds: number
}

/** Runs a job as the server does, with its time limit for statements, until nothing is obsolete. */
export async function cleanUp(databaseUrl: string, which: 'indexed' | 'scanned'): Promise<Cleaned> {
  const db = openDatabase(databaseUrl, () => {}, { connections: 1 })
  const began = performance.now()
  const begun = new WeakMap<object, number>()
  const millis: number[] = []
  const watched = db.withPlugin({
    transformQuery({ node, queryId }) {
      begun.set(queryId, performance.now())
      return node
    },
    async transformResult({ result, queryId }) {
      millis.push(performance.now() - (begun.get(queryId) ?? 0))
      return result
    },
  })
  const removed: Record<string, number> = {}
  let runs = 0
  try {
    for (let found = 1; found > 0; runs++) {
      const gone = await removeObsoleteRows(watched, { which })
      for (const [table, rows] of Object.entries(gone)) removed[table] = (removed[table] ?? 0) + rows
      found = Object.keys(gone).length
    }
  } finally {
    await db.destroy()
  }
  const seconds = (performance.now() - began) / 1000
  return { removed, runs, statements: millis.length, longestMillis: Math.max(...millis), seconds }
}
