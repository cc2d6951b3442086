// Statements that run all the time are compiled once: their text depends on nothing that they are given.
import type { CompiledQuery } from 'kysely'
import type { Db } from './database.ts'

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
): (db: Db, input: Input) => Promise<readonly Row[]> {
  const slots = new Proxy<Slots<Input>>(Object.create(null), { get: (_, name) => new Slot(String(name)) })
  let compiled: CompiledQuery<Row> | undefined
  return async (db, input) => {
    compiled ??= write(slots, db)
    const values: ReadonlyMap<string, unknown> = new Map(Object.entries(input))
    const parameters = compiled.parameters.map((each) => (each instanceof Slot ? values.get(each.name) : each))
    return (await db.executeQuery<Row>({ ...compiled, parameters })).rows
  }
}
