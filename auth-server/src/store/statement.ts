// Statements that run all the time are compiled once, since their text depends on nothing that they are given, and go together.
import type { CompiledQuery } from 'kysely'
import { batchesOf, type Db, noteStatement, type StatementEffect } from './database.ts'

/** The place of a value in a statement that is being written. */
export class Slot {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/** Stands for the input while a statement is written: each property is a value to put into the template, and nothing to look at. */
export type Slots<Input> = Readonly<Record<keyof Input, Slot>>

/**
 * A statement that is written and compiled at its first use, and gets its values at each.
 * @param write must not choose by what it is given: it is given places of values
 */
export function statement<Input extends object, Row>(
  write: (input: Slots<Input>, db: Db) => CompiledQuery<Row>,
  effect: StatementEffect = 'writes',
): (db: Db, input: Input) => Promise<readonly Row[]> {
  const slots = new Proxy<Slots<Input>>(Object.create(null), { get: (_, name) => new Slot(String(name)) })
  let compiled: CompiledQuery<Row> | undefined
  return async (db, input) => {
    compiled ??= write(slots, db)
    const values: ReadonlyMap<string, unknown> = new Map(Object.entries(input))
    const parameters = compiled.parameters.map((each) => (each instanceof Slot ? values.get(each.name) : each))
    const query = { ...compiled, parameters }
    return (await askTogether<Row>(db, query, effect)) ?? (await db.executeQuery<Row>(query)).rows
  }
}

/** Undefined where it has to be asked alone: in a transaction, behind a pooler, or because another one failed beside it. */
async function askTogether<Row>(
  db: Db,
  query: CompiledQuery<Row>,
  effect: StatementEffect,
): Promise<readonly Row[] | undefined> {
  const batches = batchesOf(db, effect)
  if (!batches) return undefined
  const began = performance.now()
  const took = () => ({ query, queryDurationMillis: performance.now() - began })
  try {
    const rows = await batches.ask(query.sql, query.parameters)
    if (rows) noteStatement(db, { level: 'query', ...took() })
    return rows as readonly Row[] | undefined
  } catch (error) {
    noteStatement(db, { level: 'error', error, ...took() })
    throw error
  }
}
