// Statements of several requests in one message and one transaction: each hears what it would alone, and they share the commit.
import pg from 'pg'
import { isDatabaseAway } from './health.ts'

declare module 'pg' {
  interface Connection {
    /** By name, what the server of this connection has parsed. */
    readonly parsedStatements: Readonly<Record<string, string>>
  }
}

/** A statement with the name by which it is prepared, and its values as they are sent. */
export interface NamedStatement {
  readonly name: string
  readonly text: string
  readonly values: (string | Buffer | null)[]
}

/**
 * What became of a batch: the rows of each; or nothing, since one failed, or the commit, and undid the rest; or nobody
 * knows, because the connection was lost.
 */
export type BatchOutcome =
  | Readonly<{ kind: 'done'; rows: readonly (readonly unknown[])[] }>
  | Readonly<{ kind: 'undone'; error: Error }>
  | Readonly<{ kind: 'lost'; error: Error }>

interface Column {
  readonly name: string
  readonly dataTypeID: number
}
type ReadRow = (values: readonly (string | null)[]) => unknown

/** By connection and name: how rows are read. What has been described once is not described again. */
const READERS = new WeakMap<pg.Connection, Map<string, ReadRow>>()

/**
 * Asks a connection that nobody else uses. Without a Sync between them, statements are one implicit transaction of
 * PostgreSQL (its protocol, under "Pipelining"); in READ COMMITTED, each sees what was committed before it began.
 */
export function runBatch(client: pg.ClientBase, statements: readonly NamedStatement[]): Promise<BatchOutcome> {
  return new Promise((resolve) => client.query(new Batch(statements, resolve)))
}

/** As pg calls whatever is submitted to it. */
class Batch implements pg.Submittable {
  readonly #statements: readonly NamedStatement[]
  readonly #end: (outcome: BatchOutcome) => void
  readonly #rows: unknown[][]
  #readers = new Map<string, ReadRow>()
  /** The place of the statement whose answer is next. */
  #at = 0
  #unreadable: Error | undefined

  constructor(statements: readonly NamedStatement[], end: (outcome: BatchOutcome) => void) {
    this.#statements = statements
    this.#end = end
    this.#rows = statements.map(() => [])
  }

  /** Of the statement whose answer is next: by these pg notes what has been parsed. */
  get name(): string {
    return this.#statements[this.#at]?.name ?? ''
  }
  get text(): string {
    return this.#statements[this.#at]?.text ?? ''
  }

  submit(connection: pg.Connection): void {
    this.#readers = READERS.get(connection) ?? new Map()
    READERS.set(connection, this.#readers)
    const asked = new Set<string>()
    connection.stream.cork()
    for (const { name, text, values } of this.#statements) {
      const isKnown = asked.has(name) || connection.parsedStatements[name] !== undefined
      if (!isKnown) connection.parse({ name, text, types: [] }, true)
      connection.bind({ statement: name, values }, true)
      if (!asked.has(name) && !this.#readers.has(name)) connection.describe({ type: 'P' }, true)
      connection.execute({}, true)
      asked.add(name)
    }
    connection.sync()
    connection.stream.uncork()
  }

  handleRowDescription({ fields }: Readonly<{ fields: readonly Column[] }>): void {
    this.#readers.set(this.name, readerOf(fields))
  }
  handleDataRow({ fields }: Readonly<{ fields: readonly (string | null)[] }>): void {
    try {
      this.#rows[this.#at]?.push(this.#readers.get(this.name)?.(fields))
    } catch (error) {
      this.#unreadable = new Error('PostgreSQL sent a value that cannot be read', { cause: error })
    }
  }
  handleCommandComplete(): void {
    this.#at += 1
  }
  handleReadyForQuery(): void {
    this.#end(this.#unreadable ? { kind: 'lost', error: this.#unreadable } : { kind: 'done', rows: this.#rows })
  }

  /** Only a server that goes on listening has undone everything; one that says goodbye may have committed before. */
  handleError(error: Error, connection: pg.Connection): void {
    if (!(error instanceof pg.DatabaseError)) {
      this.#end({ kind: 'lost', error })
      return
    }
    const settle = (outcome: BatchOutcome) => () => {
      connection.off('readyForQuery', undone).off('end', lost)
      this.#end(outcome)
    }
    const undone = settle({ kind: 'undone', error })
    // What one did wrong before the connection was lost is not what the others hear.
    const away = isDatabaseAway(error) ? error : new Error('Connection terminated unexpectedly', { cause: error })
    const lost = settle({ kind: 'lost', error: away })
    connection.on('readyForQuery', undone).on('end', lost)
  }
}

function readerOf(columns: readonly Column[]): ReadRow {
  const names = columns.map(({ name }) => name)
  const parsers = columns.map(({ dataTypeID }) => pg.types.getTypeParser(dataTypeID, 'text'))
  const empty = Object.fromEntries(names.map((name) => [name, null]))
  return (values) => {
    const row: Record<string, unknown> = { ...empty }
    for (const [index, value] of values.entries()) if (value !== null) row[names[index] ?? ''] = parsers[index]?.(value)
    return row
  }
}
