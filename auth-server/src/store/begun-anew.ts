// Whom PostgreSQL sends back for others' sake begins anew: nothing of what it did has happened.
import {
  type DatabaseConnection,
  Kysely,
  type KyselyConfig,
  PostgresDriver,
  type Transaction,
  type TransactionBuilder,
  type TransactionSettings,
} from 'kysely'
import { codeOf } from './health.ts'

/**
 * SQLSTATE: one of those who waited for each other in a circle; and who refers to a row that was deleted after it had been
 * looked for, which the next attempt does not find.
 */
const SENT_BACK: readonly string[] = ['40P01', '23503']
/** How often a thing is begun. PostgreSQL looks for circles after a second, and so each time takes that long. */
const ATTEMPTS = 3
/** Such a statement is several transactions: sent back, it leaves behind what has to go before it is asked again. */
const IN_STEPS = /\bconcurrently\b/i

/** Statements by themselves; one of a transaction is not asked again, since those before it are undone as well. */
export class BegunAnewDriver extends PostgresDriver {
  readonly #known = new WeakSet<DatabaseConnection>()
  readonly #inTransaction = new WeakSet<DatabaseConnection>()

  override async acquireConnection(
    ...options: Parameters<PostgresDriver['acquireConnection']>
  ): Promise<DatabaseConnection> {
    const connection = await super.acquireConnection(...options)
    if (this.#known.has(connection)) return connection
    this.#known.add(connection)
    const ask = connection.executeQuery.bind(connection)
    connection.executeQuery = (query, ...more) =>
      this.#inTransaction.has(connection)
        ? ask(query, ...more)
        : untilDone(
            () => ask(query, ...more),
            () => !IN_STEPS.test(query.sql),
          )
    return connection
  }

  override async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    this.#inTransaction.add(connection)
    await super.beginTransaction(connection, settings)
  }

  override async releaseConnection(connection: Parameters<PostgresDriver['releaseConnection']>[0]): Promise<void> {
    this.#inTransaction.delete(connection)
    await super.releaseConnection(connection)
  }
}

/** Transactions as a whole, so what one does beside the database has to bear being done again. */
export class BegunAnewKysely<Tables> extends Kysely<Tables> {
  readonly #first: FirstStep<Tables>

  /** @param first the step that each transaction begins with */
  constructor(config: KyselyConfig, first: FirstStep<Tables> = async () => {}) {
    super(config)
    this.#first = first
  }

  override transaction(): TransactionBuilder<Tables> {
    const builder = super.transaction()
    const execute = builder.execute.bind(builder)
    builder.execute = (work) =>
      untilDone(() =>
        execute(async (trx) => {
          await this.#first(trx)
          return work(trx)
        }),
      )
    return builder
  }
}

/** What comes before the work of a transaction. */
export type FirstStep<Tables> = (trx: Transaction<Tables>) => Promise<void>

/** @param isUndone whether nothing of it has happened, when it was sent back */
async function untilDone<T>(work: () => Promise<T>, isUndone = () => true): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (!SENT_BACK.includes(codeOf(error)) || attempt === ATTEMPTS || !isUndone()) throw error
    }
  }
}
