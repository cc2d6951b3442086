// When statements that run all the time go together: at once while nothing is under way, else with whoever waits beside them.
import type pg from 'pg'
import { prepareValue } from 'pg/lib/utils.js'
import { type BatchOutcome, type NamedStatement, runBatch } from './batch.ts'
import { codeOf } from './health.ts'
import { isStalePlan, nameOf } from './prepared.ts'

/** Statements in one batch. Whoever is in it waits for all of them. */
const MAX_STATEMENTS = 16
/** While one is under way, another goes when more than so many wait; a third when more than twice as many do. */
const WAITING_PER_BATCH = 8
/** A batch that takes longer does not count as under way: behind it, others go by other connections. */
const PATIENCE_MILLIS = 50
/**
 * For how long one of several waits for a lock that others hold, also at the commit. Then each goes alone, so that nobody
 * waits for a stranger's rows, and before PostgreSQL looks for circles (after a second) and ends a transaction that had
 * locked rows in the order of `TABLES`, as batches cannot.
 */
const LOCK_MILLIS = 100
/** SQLSTATE of a statement that took too long. */
const QUERY_CANCELED = '57014'

const LIMITS = "select set_config('lock_timeout', $1, true), set_config('statement_timeout', $2, true)"

interface Waiting {
  readonly statement: NamedStatement
  readonly resolve: (rows: readonly unknown[] | undefined) => void
  readonly reject: (error: unknown) => void
}

/** How many of several statements have ended in which way. */
export type BatchOutcomes = Readonly<Record<BatchOutcome['kind'], number>>

/** Those of one pool that may go together; its connections are sessions of their own. */
export class Batches {
  readonly #pool: pg.Pool
  readonly #statementTimeoutMillis: number
  readonly #line: Waiting[] = []
  readonly #outcomes: Record<BatchOutcome['kind'], number> = { done: 0, undone: 0, lost: 0 }
  #underWay = 0
  #turn: NodeJS.Immediate | undefined

  /** @param statementTimeoutMillis of one of them; several together take no longer */
  constructor(pool: pg.Pool, statementTimeoutMillis: number) {
    this.#pool = pool
    this.#statementTimeoutMillis = statementTimeoutMillis
  }

  /**
   * The rows; undefined where the statement has to be asked alone: another one undid it, or it has no name.
   * @throws {Error} when the database is away, or the statement took too long
   */
  async ask(text: string, values: readonly unknown[]): Promise<readonly unknown[] | undefined> {
    const name = nameOf(text)
    if (name === undefined) return undefined
    const statement = { name, text, values: values.map((each) => prepareValue(each)) }
    return await new Promise((resolve, reject) => {
      this.#line.push({ statement, resolve, reject })
      // After everybody whose request has just been read.
      this.#turn ??= setImmediate(() => {
        this.#turn = undefined
        this.#go()
      })
    })
  }

  /** Since the start. */
  get outcomes(): BatchOutcomes {
    return this.#outcomes
  }

  #go(): void {
    while (this.#line.length > this.#underWay * WAITING_PER_BATCH) void this.#send(this.#line.splice(0, MAX_STATEMENTS))
  }

  async #send(batch: readonly Waiting[]): Promise<void> {
    const noLongerCounts = this.#countUntil(PATIENCE_MILLIS)
    try {
      await this.#run(batch, await this.#pool.connect())
    } catch (error) {
      for (const { reject } of batch) reject(error)
    } finally {
      noLongerCounts()
    }
  }

  /** One more is under way, until so much time has passed, or what it returns is called. */
  #countUntil(millis: number): () => void {
    this.#underWay += 1
    let counts = true
    const end = () => {
      clearTimeout(timer)
      if (!counts) return
      counts = false
      this.#underWay -= 1
      this.#go()
    }
    const timer = setTimeout(end, millis)
    return end
  }

  async #run(batch: readonly Waiting[], client: pg.PoolClient): Promise<void> {
    const isAlone = batch.length === 1
    const all = isAlone ? batch : [this.#limits(batch.length), ...batch]
    const outcome = await runBatch(
      client,
      all.map(({ statement }) => statement),
    )
    if (!isAlone) this.#outcomes[outcome.kind] += 1
    // A connection with plans of before a migration would undo each batch; a new one plans anew.
    client.release(outcome.kind === 'lost' || (outcome.kind === 'undone' && isStalePlan(outcome.error)))
    if (outcome.kind === 'lost') throw outcome.error
    for (const [place, { resolve, reject }] of all.entries()) {
      if (outcome.kind === 'done') resolve(outcome.rows[place])
      else if (isAlone && codeOf(outcome.error) === QUERY_CANCELED) reject(outcome.error)
      else resolve(undefined)
    }
  }

  /** Goes before several, and ends with their transaction. PostgreSQL says nothing before the last: see watched.ts. */
  #limits(count: number): Waiting {
    const values = [String(LOCK_MILLIS), String(Math.ceil(this.#statementTimeoutMillis / count))]
    const statement = { name: 'limits of a batch', text: LIMITS, values }
    return { statement, resolve() {}, reject() {} }
  }
}
