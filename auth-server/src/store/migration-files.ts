// The migrations of this release, by the names of their files. Each is loaded when it is to run: nearly no start has one to run.
import { readdirSync } from 'node:fs'
import { basename } from 'node:path'
import type { Kysely } from 'kysely'

/**
 * One step. A file that exports `incompatible = true` says that releases without it cannot run beside or after it; on all
 * others an older release goes on working, so that instances can be replaced one by one, and an upgrade taken back.
 */
export interface Migration {
  readonly up: (db: Kysely<unknown>) => Promise<void>
  readonly incompatible?: boolean
  /**
   * A file that takes its time (an index of a large table) exports `apart = true`: it runs in a transaction of its own,
   * while which nothing is locked that the migrations before and after it change.
   */
  readonly apart?: boolean
  /**
   * Indexes that `up` makes unless they are there, of tables that may be large: `name on table (column)`. Where such a
   * table is in use they are made before, concurrently (concurrent-indexes.ts).
   */
  readonly indexes?: readonly string[]
}

/** By their names; one may be a function that loads it. */
export type Migrations = Readonly<Record<string, Migration | (() => Promise<Migration>)>>

const FOLDER = new URL('migrations/', import.meta.url)

/** Every one, append-only: what a merged one makes is never changed, and a gap in the numbers is never filled. */
export const MIGRATIONS: Readonly<Record<string, () => Promise<Migration>>> = Object.fromEntries(
  readdirSync(FOLDER)
    .toSorted()
    .map((file) => [basename(file, '.ts'), () => import(new URL(file, FOLDER).href)]),
)

/** @throws {Error} when there is none of this name */
export async function loadMigration(migrations: Migrations, name: string): Promise<Migration> {
  const migration = migrations[name]
  if (!migration) throw new Error(`there is no migration ${name}`)
  return typeof migration === 'function' ? migration() : migration
}
