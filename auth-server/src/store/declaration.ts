// What a table says about its rows: what they are for, how long they stay, and what becomes of those about a person.
import type { ColumnType, Generated, RawBuilder, SqlBool } from 'kysely'

/** A column that has a default. */
export type Defaulted<T> = Generated<T>
/** A jsonb column: read as a value, written as text. */
export type Json<T> = ColumnType<T, string, string>

/** A condition on the rows of one table. */
export type Condition = RawBuilder<SqlBool>

/** For as long as there is use for them, and why that has no end that a clock could tell. */
interface Kept {
  readonly kept: string
}
export interface KeptUntil {
  /** In words, for the documentation: “Until …”. */
  readonly until: string
  /** When a row is of no use any more, not even as evidence; it is removed soon afterwards. */
  readonly obsolete: Condition
  /** Whether an index leads to the obsolete rows. Where none does, they are looked for once an hour. */
  readonly indexed: boolean
  /** The database's function that removes a batch of them, where the server's own role may not delete. */
  readonly removedBy?: string
}
export type RowLifetime = Kept | KeptUntil

/** What leads to the rows about a person. */
export interface PersonKey {
  readonly personId: string
  /** How the audit log names them. */
  readonly pseudonym: string
  /** Every spelling of each address that is proven to be theirs; what is only written down may be somebody else's. */
  readonly emails: readonly string[]
}
/** Rows that no single column tells. */
export interface RowsByCondition {
  /** In words, for the documentation: “Rows …”. */
  readonly words: string
  readonly where: (person: PersonKey) => Condition
}
/** Which rows are about a person: those with the person's id in this column, or those of a condition. */
export type RowsOfPerson<Column extends string = string> = Column | RowsByCondition

/** Nothing happens, and why that is right. */
interface Nothing {
  readonly nothing: string
}
/**
 * Whether a column is part of the copy that a person gets, or why it is not: it is a `secret`, or made of one; it says
 * who the `owner` of the row is, which the copy begins with; it is `repeated`, in another form, from what is exported; or
 * it is `internal`, the server's own bookkeeping.
 */
export type ColumnExport = 'exported' | 'secret' | 'owner' | 'repeated' | 'internal'

interface ExportedRows<Column extends string> {
  readonly rows: RowsOfPerson<Column>
  /** All of them; one that is missing does not compile. */
  readonly columns: Readonly<Record<Column, ColumnExport>>
}
interface DeletedRows<Column extends string> {
  readonly deleted: RowsOfPerson<Column>
}
interface DeletedByCascade {
  /** The table whose rows take these with them, by a foreign key. */
  readonly cascade: string
}
interface RowsMadeAnonymous<Column extends string> {
  readonly rows: RowsOfPerson<Column>
  /** What the columns hold afterwards. */
  readonly anonymous: Readonly<Partial<Record<Column, string | null>>>
  /** What is left and why, for the documentation. */
  readonly because: string
}

type ErasedRows<Column extends string> = DeletedRows<Column> | RowsMadeAnonymous<Column>

/**
 * What becomes of the rows about a person when the person asks for a copy of everything, or to be forgotten. A list where
 * a row can be about two people: each item has the rows of one of them.
 */
interface AboutPeople<Column extends string> {
  readonly exported: ExportedRows<Column> | readonly ExportedRows<Column>[] | Nothing
  readonly erased: ErasedRows<Column> | readonly ErasedRows<Column>[] | DeletedByCascade | Nothing
}
/** No row is about a person, and how that is known. */
interface AboutNobody {
  readonly nobody: string
}

/** A declaration to one who reads all of them and knows no table by name. */
export interface AnyDeclaration<Column extends string = string> {
  /** What the rows are for, in a sentence. */
  readonly purpose: string
  readonly lifetime: RowLifetime
  readonly people: AboutPeople<Column> | AboutNobody
}
/** What every table declares (see tables/index.ts); cleanup, export, erasure and docs/data.md read it. */
export interface TableDeclaration<Row> extends AnyDeclaration<keyof Row & string> {
  /** Never there: it carries the type of a row to where the tables are listed. */
  readonly row?: Row
}

/** What of a table is exported, as a list; empty when nothing is. */
export function exportsOf({ people }: AnyDeclaration): readonly ExportedRows<string>[] {
  if ('nobody' in people || 'nothing' in people.exported) return []
  return 'rows' in people.exported ? [people.exported] : people.exported
}

/** What an erasure does to a table itself, as a list; empty where nothing is left to do. */
export function erasuresOf({ people }: AnyDeclaration): readonly ErasedRows<string>[] {
  if ('nobody' in people || 'nothing' in people.erased || 'cascade' in people.erased) return []
  return 'deleted' in people.erased || 'rows' in people.erased ? [people.erased] : people.erased
}
