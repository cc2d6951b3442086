// What a table says about its rows: what they are for, how long they stay, and what becomes of those about a person.
import type { ColumnType, Generated, RawBuilder, SqlBool } from 'kysely'

/** A column that has a default. */
export type Defaulted<T> = Generated<T>
/** A jsonb column: read as a value, written as text. */
export type Json<T> = ColumnType<T, string, string>

/** A condition on the rows of one table. */
export type Condition = RawBuilder<SqlBool>

type Column<Row> = keyof Row & string

/** For as long as there is use for them, and why that has no end that a clock could tell. */
interface Kept {
  readonly kept: string
}
interface KeptUntil {
  /** In words, for the documentation: “Until …”. */
  readonly until: string
  /** When a row is of no use any more, not even as evidence; it is removed soon afterwards. */
  readonly obsolete: Condition
  /** Whether an index leads to the obsolete rows. Where none does, they are looked for once an hour. */
  readonly indexed: boolean
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
interface RowsByCondition {
  /** In words, for the documentation: “Rows …”. */
  readonly words: string
  readonly where: (person: PersonKey) => Condition
}
/** Which rows are about a person: those with the person's id in this column, or those of a condition. */
export type RowsOfPerson<Row> = Column<Row> | RowsByCondition

/** Nothing happens, and why that is right. */
interface Nothing {
  readonly nothing: string
}
interface ExportedRows<Row> {
  readonly rows: RowsOfPerson<Row>
  /** Without secrets, which are no data about anybody, and without what says the same in another form. */
  readonly columns: readonly Column<Row>[]
}
interface DeletedRows<Row> {
  readonly deleted: RowsOfPerson<Row>
}
interface DeletedByCascade {
  /** The table whose rows take these with them, by a foreign key. */
  readonly cascade: string
}
interface RowsMadeAnonymous<Row> {
  readonly rows: RowsOfPerson<Row>
  /** What the columns hold afterwards. */
  readonly anonymous: Readonly<Partial<Record<Column<Row>, string | null>>>
  /** What is left and why, for the documentation. */
  readonly because: string
}

/** What becomes of the rows about a person when the person asks for a copy of everything, or to be forgotten. */
interface AboutPeople<Row> {
  readonly exported: ExportedRows<Row> | Nothing
  readonly erased: DeletedRows<Row> | DeletedByCascade | RowsMadeAnonymous<Row> | Nothing
}
/** No row is about a person, and how that is known. */
interface AboutNobody {
  readonly nobody: string
}

/** What every table declares (see tables/index.ts); cleanup, export, erasure and docs/data.md read it. */
export interface TableDeclaration<Row> {
  /** What the rows are for, in a sentence. */
  readonly purpose: string
  readonly lifetime: RowLifetime
  readonly people: AboutPeople<Row> | AboutNobody
}
/** A declaration to one who reads all of them and knows no table by name. */
export type AnyDeclaration = TableDeclaration<Readonly<Record<string, unknown>>>
