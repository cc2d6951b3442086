// How Kysely speaks to PostgreSQL here.
import { type Driver, PostgresAdapter, PostgresDialect, type PostgresPool } from 'kysely'
import { BegunAnewDriver } from './begun-anew.ts'

// Kysely's lock for migrations belongs to a session, and a pooler may change that between two statements; migrate.ts
// takes one that belongs to its transaction.
class AdapterWithoutLock extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {}
  override async releaseMigrationLock(): Promise<void> {}
}

/** By the connections of a pool. */
export class Dialect extends PostgresDialect {
  readonly #pool: PostgresPool

  constructor(pool: PostgresPool) {
    super({ pool })
    this.#pool = pool
  }

  override createDriver(): Driver {
    return new BegunAnewDriver({ pool: this.#pool })
  }

  override createAdapter(): PostgresAdapter {
    return new AdapterWithoutLock()
  }
}
