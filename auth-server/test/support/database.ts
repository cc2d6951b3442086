// A database of its own for each test file, copied from a template that holds every migration; and a clock to turn.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { sql } from 'kysely'
import type { Test } from 'tap'
import { randomSecret } from '../../src/crypto/random.ts'
import { type Db, openDatabase } from '../../src/store/database.ts'
import { migrate } from '../../src/store/migrate.ts'
import { MIGRATIONS } from '../../src/store/migration-files.ts'

function ignoreIdleLoss() {}

function adminUrl(): string {
  const url = process.env.TEST_DATABASE_URL
  if (!url)
    throw new Error(
      'TEST_DATABASE_URL is not set: run the tests with `npm test`, or `npm test -- path/to/file.test.ts`',
    )
  return url
}

function urlOf(database: string): string {
  const url = new URL(adminUrl())
  url.pathname = `/${database}`
  return url.href
}

const store = new URL('../../src/store/', import.meta.url)
function templateName(): string {
  const files = ['migrate.ts', ...readdirSync(new URL('migrations/', store)).map((file) => `migrations/${file}`)]
  const digest = createHash('sha256')
  for (const file of files.sort()) digest.update(file).update(readFileSync(new URL(file, store)))
  return `auth_template_${digest.digest('hex').slice(0, 12)}`
}

async function ensureTemplate(admin: Db, template: string): Promise<void> {
  const known = await sql`select from pg_database where datname = ${template}`.execute(admin)
  if (known.rows.length > 0) return
  const draft = `${template}_draft`
  await sql`drop database if exists ${sql.id(draft)}`.execute(admin)
  await sql`create database ${sql.id(draft)}`.execute(admin)
  const db = openDatabase(urlOf(draft), ignoreIdleLoss, { statementTimeoutMillis: 0 })
  await migrate(db).finally(() => db.destroy())
  await sql`alter database ${sql.id(draft)} rename to ${sql.id(template)}`.execute(admin)
}

/** @param mayCircle whether it belongs to the test that PostgreSQL ends circles of locks */
async function createDatabase(
  t: Test,
  create: (admin: Db, name: string) => Promise<unknown>,
  mayCircle = false,
): Promise<string> {
  const admin = openDatabase(adminUrl(), ignoreIdleLoss, { connections: 1, statementTimeoutMillis: 0 })
  const name = `test_${randomSecret(8).toLowerCase().replace(/\W/g, '_')}`
  // One at a time: a template can be copied only while nobody else is connected to it.
  await sql`select pg_advisory_lock(4711)`.execute(admin)
  await create(admin, name)
  await sql`select pg_advisory_unlock(4711)`.execute(admin)
  t.teardown(async () => {
    const circles = await countCircles(admin, name)
    await sql`drop database ${sql.id(name)} with (force)`.execute(admin)
    await admin.destroy()
    // Whoever is sent back begins anew, so that nobody else notices.
    if (circles > 0 && !mayCircle) throw new Error(`transactions waited for each other in a circle (${circles} times)`)
  })
  return urlOf(name)
}

/** Whoever is connected tells of it at the end at the latest; a connection that a test has forgotten is not waited for. */
async function countCircles(admin: Db, name: string): Promise<number> {
  const connected = sql`select from pg_stat_activity where datname = ${name}`
  const deadline = Date.now() + 100
  while (Date.now() < deadline && (await connected.execute(admin)).rows.length > 0);
  const { rows } = await sql<{ deadlocks: number }>`
    select deadlocks::float8 as deadlocks from pg_stat_database where datname = ${name}`.execute(admin)
  return rows[0]?.deadlocks ?? 0
}

/** Creates a database with every migration applied; dropped when the test ends. Returns its URL. */
export function testDatabase(t: Test): Promise<string> {
  return createDatabase(t, async (admin, name) => {
    const template = templateName()
    await ensureTemplate(admin, template)
    // The files as they are: page by page through the write-ahead log takes ten times the processor.
    await sql`create database ${sql.id(name)} template ${sql.id(template)} strategy file_copy`.execute(admin)
  })
}

/** A backup of a database as it is now, restored beside it: its files. Whoever is connected to it has to connect again. */
export function restoredCopy(t: Test, url: string): Promise<string> {
  const original = sql.id(new URL(url).pathname.slice(1))
  return createDatabase(t, async (admin, name) => {
    await sql`alter database ${original} allow_connections false`.execute(admin)
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = ${new URL(url).pathname.slice(1)}`.execute(admin)
    await sql`create database ${sql.id(name)} template ${original} strategy file_copy`.execute(admin)
    await sql`alter database ${original} allow_connections true`.execute(admin)
    await sql`alter database ${sql.id(name)} allow_connections true`.execute(admin)
  })
}

/** Creates a database with nothing in it; dropped when the test ends. Returns its URL. */
export function emptyDatabase(t: Test, { mayCircle = false } = {}): Promise<string> {
  return createDatabase(t, (admin, name) => sql`create database ${sql.id(name)}`.execute(admin), mayCircle)
}

/** Creates a database as the release left it whose newest migration was `last`; dropped when the test ends. */
export async function databaseOfRelease(t: Test, last: keyof typeof MIGRATIONS): Promise<Db> {
  const db = openDatabase(await emptyDatabase(t), ignoreIdleLoss, { connections: 2 })
  t.teardown(() => db.destroy())
  const migrations = Object.fromEntries(Object.entries(MIGRATIONS).filter(([name]) => name <= last))
  await migrate(db, { migrations })
  return db
}

async function setClock(db: Db, seconds: number): Promise<void> {
  await sql`create or replace function auth_now() returns timestamptz language sql stable
            as ${sql.lit(`select now() + interval '${seconds} seconds'`)}`.execute(db)
}

/**
 * Sets the database's clock `seconds` ahead of the real one, until the test ends or turns it again; there is no other
 * clock.
 */
export async function turnClock(t: Test, db: Db, seconds: number): Promise<void> {
  t.teardown(() => setClock(db, 0))
  await setClock(db, seconds)
}

/** Resolves when so many statements wait for locks that other transactions hold. */
export async function untilBlocked(db: Db, count = 1): Promise<void> {
  const blocked = sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  const deadline = Date.now() + 10_000
  while ((await blocked.execute(db)).rows.length < count)
    if (Date.now() > deadline) throw new Error(`fewer than ${count} statements wait`)
}

/** Makes the database refuse to erase one person. */
export async function refuseErasure(db: Db, personId: string): Promise<void> {
  await sql`create function stays() returns trigger language plpgsql as ${sql.lit(
    `begin raise exception '% stays', old.id; end`,
  )}`.execute(db)
  await sql`create trigger stays before delete on people for each row when (old.id = ${sql.lit(personId)})
            execute function stays()`.execute(db)
}
