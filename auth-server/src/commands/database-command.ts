// What commands that change the database have in common: one connection, and errors as sentences.
import { type Db, openDatabase } from '../store/database.ts'
import { explainDatabaseProblem } from '../store/problem.ts'

/** @throws {Error} whose message says what to do when it is the database that is in the way */
export async function withDatabase<T>(url: string, work: (db: Db) => Promise<T>): Promise<T> {
  // No time limit of its own: it would stay with the session that a pooler lends us.
  const db = openDatabase(url, () => {}, { connections: 1, statementTimeoutMillis: 0 })
  try {
    return await work(db)
  } catch (error) {
    const explained = explainDatabaseProblem(error, url)
    if (explained === undefined) throw error
    throw new Error(explained, { cause: error })
  } finally {
    await db.destroy()
  }
}
