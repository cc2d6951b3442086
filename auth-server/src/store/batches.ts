// When statements that run all the time go together: at once while little is under way, else with whoever waits beside them.
import type pg from 'pg'
import { prepareValue } from 'pg/lib/utils.js'
import { type NamedStatement, runBatch } from './batch.ts'
import { codeOf } from './health.ts'
import { isStalePlan, nameOf } from './prepared.ts'

/** Statements in one batch. Whoever is in it waits for the slowest. */
const MAX_STATEMENTS = 16
/** Batches under way that wait for nobody. */
const FREE_BATCHES = 2
/** Beyond them one more goes when so many wait for each that is under way. */
const WAITING_PER_BATCH = 4
/** Nobody waits longer to be sent: behind a batch that waits for a lock others go by another connection. */
const PATIENCE_MILLIS = 50
/** SQLSTATE of a statement that took too long. */
const QUERY_CANCELED = '57014'

interface Waiting {
  readonly statement: NamedStatement
  readonly resolve: (rows: readonly unknown[] | undefined) => void
  readonly reject: (error: unknown) => void
}

/** Those of one pool, whose connections are sessions of their own. */
export class Batches {
  readonly #pool: pg.Pool
  readonly #line: Waiting[] = []
  #underWay = 0
  #turn: NodeJS.Immediate | undefined
  #patience: NodeJS.Timeout | undefined

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  /** How many have not been sent yet. */
  get waiting(): number {
    return this.#line.length
  }

  /**
   * The rows; undefined where the statement has to be asked alone: another one undid it, or it has no name.
   * @throws {Error} when the database is away, or the statement took too long
   */
  async ask(text: string, values: readonly unknown[]): Promise<readonly unknown[] | undefined> {
    const name = nameOf(text)
    if (name === undefined) return undefined
    const statement = { name, text, values: values.map(prepareValue) }
    return await new Promise((resolve, reject) => {
      this.#line.push({ statement, resolve, reject })
      // After everybody whose request has just been read.
      this.#turn ??= setImmediate(() => {
        this.#turn = undefined
        this.#go()
      })
    })
  }

  #go(): void {
    while (this.#line.length > 0 && this.#isTime()) void this.#send(this.#line.splice(0, MAX_STATEMENTS))
    if (this.#line.length > 0) this.#patience ??= setTimeout(() => this.#goAnyway(), PATIENCE_MILLIS)
  }
  #isTime(): boolean {
    return this.#underWay < FREE_BATCHES || this.#line.length > this.#underWay * WAITING_PER_BATCH
  }
  #goAnyway(): void {
    this.#patience = undefined
    if (this.#line.length > 0) void this.#send(this.#line.splice(0, MAX_STATEMENTS))
    this.#go()
  }

  async #send(batch: readonly Waiting[]): Promise<void> {
    this.#underWay += 1
    try {
      await this.#run(batch, await this.#pool.connect())
    } catch (error) {
      for (const { reject } of batch) reject(error)
    } finally {
      this.#underWay -= 1
      this.#go()
    }
  }

  async #run(batch: readonly Waiting[], client: pg.PoolClient): Promise<void> {
    const outcome = await runBatch(
      client,
      batch.map(({ statement }) => statement),
    )
    // A connection with plans of before a migration would undo each batch; a new one plans anew.
    client.release(outcome.kind === 'lost' || (outcome.kind === 'undone' && isStalePlan(outcome.error)))
    if (outcome.kind === 'lost') throw outcome.error
    for (const [place, { resolve, reject }] of batch.entries()) {
      if (outcome.kind === 'done') resolve(outcome.rows[place])
      else if (place === outcome.at && codeOf(outcome.error) === QUERY_CANCELED) reject(outcome.error)
      else resolve(undefined)
    }
  }
}
