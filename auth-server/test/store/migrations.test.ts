// Migrations: from nothing to the newest schema, by as many instances at once as there are, each step once.
import { readdirSync, readFileSync } from 'node:fs'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { makeConcurrently } from '../../src/store/concurrent-indexes.ts'
import { type Db, openDatabase } from '../../src/store/database.ts'
import { migrate } from '../../src/store/migrate.ts'
import { loadMigration, MIGRATIONS, type Migration, type Migrations } from '../../src/store/migration-files.ts'
import { emptyDatabase, testDatabase, untilBlocked } from '../support/database.ts'

function open(url: string) {
  return openDatabase(url, () => {}, { connections: 2, statementTimeoutMillis: 0 })
}
const NOTHING = { applied: [], newer: [] }

t.test(
  '8 migrators at once on an empty database: each migration runs once, nobody fails, and nothing is left to do',
  async (t) => {
    const url = await emptyDatabase(t)
    const instances = Array.from({ length: 8 }, () => open(url))
    t.teardown(() => Promise.all(instances.map((db) => db.destroy())))
    const results = await Promise.all(instances.map((db) => migrate(db)))
    const applied = results.flatMap((result) => result.applied)
    t.ok(applied.length > 0)
    t.strictSame(applied.toSorted(), [...new Set(applied)].sort(), 'each once')
    for (const { applied: own } of results) t.strictSame(own, own.toSorted(), 'in order')
    for (const db of instances) t.strictSame(await migrate(db), NOTHING)

    const [db] = instances
    if (!db) throw new Error('no instance')
    const { rows } = await sql<{ now: Date }>`select auth_now() as now`.execute(db)
    t.ok(Math.abs((rows[0]?.now.getTime() ?? 0) - Date.now()) < 60_000, 'the clock of the database')
    t.strictSame(await db.selectFrom('people').selectAll().execute(), [])
  },
)

t.test('every file of the folder is a migration of the list, by its own name', async (t) => {
  const db = open(await emptyDatabase(t))
  t.teardown(() => db.destroy())
  const files = readdirSync(new URL('../../src/store/migrations/', import.meta.url)).map((file) =>
    file.replace('.ts', ''),
  )
  t.strictSame((await migrate(db)).applied, files.sort())
})

t.test('a migrated database is left alone', async (t) => {
  const db = open(await testDatabase(t))
  t.teardown(() => db.destroy())
  t.strictSame(await migrate(db), NOTHING)
})

t.test('what a failing migration began is undone', async (t) => {
  const db = open(await emptyDatabase(t))
  t.teardown(() => db.destroy())
  await sql`create table signing_keys (in_the_way text)`.execute(db)
  await t.rejects(migrate(db), /signing_keys/)
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_name not like 'kysely%'`.execute(db)
  t.strictSame(rows, [{ name: 'signing_keys' }])
})

/** A migration that makes or changes a table. */
function step(statement: string, does: (on: Db) => Promise<void> = async () => {}): Migration {
  return {
    up: async (on) => {
      await sql.raw(statement).execute(on)
      await does(on)
    },
  }
}

t.test('while a large table is indexed, those that other migrations change are free', async (t) => {
  const url = await emptyDatabase(t)
  const [db, server] = [open(url), open(url)]
  t.teardown(() => Promise.all([db.destroy(), server.destroy()]))
  const first = { '0001_apps': step('create table apps ()'), '0002_log': step('create table log ()') }
  await migrate(db, { migrations: first })
  let read = 0
  const readApps = async () => {
    await sql`select from apps`.execute(server)
    read += 1
  }
  const upgrade: Migrations = {
    ...first,
    '0003_apps': step('alter table apps add column x int'),
    '0004_log': { ...step('alter table log add column at int; create index on log (at)', readApps), apart: true },
    '0005_apps': step('alter table apps add column y int'),
    '0006_other': step('create table other ()'),
  }
  await sql`set lock_timeout = '2s'`.execute(server)
  t.strictSame((await migrate(db, { migrations: upgrade })).applied, Object.keys(upgrade).slice(2), 'in order')
  t.equal(read, 1)
  const later = { ...upgrade, '0007_last': { ...step('create table last ()'), apart: true } }
  t.strictSame(await migrate(db, { migrations: later }), { applied: ['0007_last'], newer: [] })
  t.strictSame(await migrate(db, { migrations: later }), NOTHING)
})

t.test('what ran apart stays when a later one fails, and the next start goes on from there', async (t) => {
  const db = open(await emptyDatabase(t))
  t.teardown(() => db.destroy())
  const start = { '0001_one': step('create table one ()'), '0002_two': { ...step('create table two ()'), apart: true } }
  const failing = { ...start, '0003_three': step('create table three ()'), '0004_four': step('create table one ()') }
  await t.rejects(migrate(db, { migrations: failing }), /one/)
  const mended = { ...failing, '0004_four': step('create table four ()') }
  t.strictSame((await migrate(db, { migrations: mended })).applied, ['0003_three', '0004_four'])
})

t.test('a table in use is not waited for at length, so that nobody queues behind the upgrade', async (t) => {
  const url = await emptyDatabase(t)
  const [db, server] = [open(url), open(url)]
  t.teardown(() => Promise.all([db.destroy(), server.destroy()]))
  const first = { '0001_apps': step('create table apps ()') }
  await migrate(db, { migrations: first })
  let begun = 0
  const counted: Migration = {
    up: async (on) => {
      begun += 1
      await step('alter table apps add column x int').up(on)
    },
  }
  const migrations = { ...first, '0002_apps': counted }
  const lockWait = { millis: 50, tries: 3, pauseMillis: 10 }
  await server.transaction().execute(async (trx) => {
    await sql`select from apps`.execute(trx)
    await t.rejects(migrate(db, { migrations, lockWait }), { code: '55P03' })
  })
  t.equal(begun, 3)
  t.strictSame((await migrate(db, { migrations, lockWait })).applied, ['0002_apps'], 'once it is free')
})

t.test('the id spaces of clients and people are disjoint (RFC 9700 §4.15)', async (t) => {
  const db = open(await testDatabase(t))
  t.teardown(() => db.destroy())
  const application = (id: string, clientId: string) =>
    sql`insert into applications (id, client_id, name, kind) values (${id}, ${clientId}, 'x', 'native')`.execute(db)
  await t.rejects(application('app_x', 'usr_0123456789'), /check/)
  await t.rejects(application('usr_x', 'shop'), /check/)
  await t.rejects(db.insertInto('people').values({ id: 'shop' }).execute(), /check/)
})

/** Columns of a table as an index has to begin with them, in any order; partial indexes do not count. */
function indexed(table: string, columns: string) {
  return sql`
  exists (select from pg_index where indrelid = ${sql.raw(table)} and indisvalid and indpred is null
          and ${sql.raw(columns)} <@ (indkey::int2[])[0 : cardinality(${sql.raw(columns)}) - 1])`
}

t.test('deleting what others refer to reads no whole table: each foreign key has an index', async (t) => {
  const db = open(await testDatabase(t))
  t.teardown(() => db.destroy())
  const keys = await sql<{ key: string; indexed: boolean }>`
    select conrelid::regclass || ' ' || pg_get_constraintdef(oid) as key, ${indexed('conrelid', 'conkey')} as indexed
    from pg_constraint where contype = 'f' order by key`.execute(db)
  t.ok(keys.rows.length >= 19, 'all of them')
  t.strictSame(
    keys.rows.filter(({ indexed }) => !indexed).map(({ key }) => key),
    [],
  )
})

t.test('removing rows that have expired reads no whole table either', async (t) => {
  const db = open(await testDatabase(t))
  t.teardown(() => db.destroy())
  const { rows } = await sql<{ table: string; indexed: boolean }>`
    select attrelid::regclass::text as table, ${indexed('attrelid', 'array[attnum]')} as indexed
    from pg_attribute join pg_class on pg_class.oid = attrelid and relkind = 'r'
    where attname = 'expires_at' order by 1`.execute(db)
  t.ok(rows.length >= 8)
  t.strictSame(
    rows.filter(({ indexed }) => !indexed),
    [],
  )
})

t.test('whom an event of the audit log tells of is found by an index', async (t) => {
  const db = open(await testDatabase(t))
  t.teardown(() => db.destroy())
  const { rows } = await sql`
    select ${indexed('attrelid', 'array[attnum]')} as indexed from pg_attribute
    where attrelid = 'people'::regclass and attname = 'pseudonym'`.execute(db)
  t.same(rows, [{ indexed: true }])
})

/** Tables with a row or more for each person, or for what each of them does. */
const LARGE =
  /^(people|email_addresses|passwords|identities|authenticators|device_keys|sessions|refresh_families|consents|consent_history|authorization_(codes|requests)|audit_(events|details|seals)|outbox|usage_of_people|group_members)$/
/** Of columns that the same file adds, so that nobody can make them beforehand. */
const OF_NEW_COLUMNS = ['sessions_by_upstream_subject', 'sessions_by_upstream_sid']
/** Before it, indexes were made with everything else. */
const FIRST_APART = '0052'

t.test('each index of a large table is made apart, and concurrently where the table is in use', async (t) => {
  const folder = new URL('../../src/store/migrations/', import.meta.url)
  const declared: string[] = []
  const dropped: string[] = []
  for (const name of Object.keys(MIGRATIONS).filter((each) => each > FIRST_APART)) {
    const { indexes = [], apart } = await loadMigration(MIGRATIONS, name)
    declared.push(...indexes)
    if (indexes.length > 0) t.equal(apart, true, `${name} runs apart`)
    const source = readFileSync(new URL(`${name}.ts`, folder), 'utf8')
    for (const [, list = ''] of source.matchAll(/drop index if exists (\w+(?:, \w+)*)/g))
      dropped.push(...list.split(', '))
    for (const [, index = '', table = ''] of source.matchAll(
      /create (?:unique )?index (?:if not exists )?(\w+)\s+on (\w+)/g,
    )) {
      // A table that the same file makes is empty.
      if (!LARGE.test(table) || source.includes(`create table ${table} `) || OF_NEW_COLUMNS.includes(index)) continue
      t.fail(`${index} of ${name} is made while nobody can write: declare it in \`indexes\``)
    }
  }
  const db = open(await testDatabase(t))
  t.teardown(() => db.destroy())
  const nameOf = (index: string): string => index.split(' ')[0] ?? ''
  const lasting = declared.filter((index) => !dropped.includes(nameOf(index)))
  const names = lasting.map(nameOf)
  const definitions = () =>
    sql`select indexdef from pg_indexes where indexname = any(${names}) order by indexname`.execute(db)
  const { rows: before } = await definitions()
  t.equal(before.length, names.length)
  for (const name of names) await sql`drop index ${sql.id(name)}`.execute(db)
  await makeConcurrently(db, lasting, { largeBytes: 0 })
  t.same((await definitions()).rows, before, 'as the migrations make them')
})

/** A table that somebody writes to for long, and a migration of it. */
async function tableInUse(t: Test, declares: Pick<Migration, 'indexes'>) {
  const url = await emptyDatabase(t)
  const [db, other] = [open(url), open(url)]
  t.teardown(() => Promise.all([db.destroy(), other.destroy()]))
  const first = { '0001_log': step('create table log (at int)') }
  await migrate(db, { migrations: first })
  await sql`insert into log values (1)`.execute(other)
  const second: Migration = { ...step('create index if not exists log_by_at on log (at)'), apart: true, ...declares }
  const writer = await other.startTransaction().execute()
  await sql`insert into log values (2)`.execute(writer)
  const migrations = { ...first, '0002_log': second }
  return { url, db, other, writer, migrations, options: { migrations, largeBytes: 1 } }
}
const BY_AT = { indexes: ['log_by_at on log (at)'] } as const

async function isValid(db: Db): Promise<boolean | undefined> {
  const { rows } = await sql<{ valid: boolean }>`
    select indisvalid as valid from pg_index where indexrelid = to_regclass('log_by_at')`.execute(db)
  return rows[0]?.valid
}

t.test('while an index of a large table is made, everybody else writes to the table', async (t) => {
  const { db, other, writer, options } = await tableInUse(t, BY_AT)
  const told: string[] = []
  const migrated = migrate(db, { ...options, onIndex: (name) => told.push(name) })
  await untilBlocked(other)
  t.equal(await isValid(other), false, 'it is under way')
  await sql`set lock_timeout = '2s'`.execute(other)
  await sql`insert into log values (3)`.execute(other)
  await writer.commit().execute()
  t.strictSame((await migrated).applied, ['0002_log'])
  t.equal(await isValid(other), true)
  t.strictSame(told, ['log_by_at'])
})

t.test('whoever waited while others migrated makes concurrently what is next by then', async (t) => {
  const url = await emptyDatabase(t)
  const [older, newer, other] = [open(url), open(url), open(url)]
  t.teardown(() => Promise.all([older.destroy(), newer.destroy(), other.destroy()]))
  const first = { '0001_log': step('create table log (at int)') }
  await migrate(older, { migrations: first })
  await sql`insert into log values (1)`.execute(other)
  const [begun, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const halfway = async () => {
    begun.resolve()
    await goOn.promise
  }
  const second = { ...first, '0002_apps': step('create table apps ()', halfway) }
  const third: Migration = { ...step('create index if not exists log_by_at on log (at)'), apart: true, ...BY_AT }
  const migrated = migrate(older, { migrations: second })
  await begun.promise
  const told: string[] = []
  const onIndex = (name: string) => told.push(name)
  const upgraded = migrate(newer, { migrations: { ...second, '0003_log': third }, largeBytes: 1, onIndex })
  await untilBlocked(other)
  goOn.resolve()
  t.strictSame((await migrated).applied, ['0002_apps'])
  t.strictSame((await upgraded).applied, ['0003_log'])
  t.strictSame(told, ['log_by_at'])
})

t.test('an upgrade and whoever redeems a code never wait for each other in a circle', async (t) => {
  const name = '0112_lighter_logins'
  const url = await emptyDatabase(t)
  const [db, server] = [open(url), open(url)]
  t.teardown(() => Promise.all([db.destroy(), server.destroy()]))
  await migrate(db, { migrations: Object.fromEntries(Object.entries(MIGRATIONS).filter(([each]) => each < name)) })
  const redeems = await server.startTransaction().execute()
  await sql`lock authorization_codes in row exclusive mode`.execute(redeems)
  const upgraded = migrate(db, { lockWait: { millis: 10_000, tries: 1, pauseMillis: 0 } })
  await untilBlocked(server)
  await sql`lock refresh_families in row exclusive mode`.execute(redeems)
  await redeems.commit().execute()
  await upgraded
})

t.test('an index whose making was interrupted is made anew at the next start', async (t) => {
  const { db, other, writer, options, migrations } = await tableInUse(t, BY_AT)
  const interrupted = t.rejects(migrate(db, options), { code: '57P01' })
  await untilBlocked(other)
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and query like 'create index concurrently%'`.execute(other)
  await interrupted
  t.equal(await isValid(other), false, 'it is of no use to anybody')
  t.strictSame((await sql`select from kysely_migration`.execute(other)).rows.length, 1, 'and the migration has not run')
  await writer.rollback().execute()
  t.strictSame((await migrate(db, options)).applied, ['0002_log'])
  t.equal(await isValid(other), true)
  t.strictSame(await migrate(db, { migrations }), NOTHING)
})

t.test('8 instances at once make an index once', async (t) => {
  const { url, db, other, writer, options } = await tableInUse(t, BY_AT)
  const instances = [db, ...Array.from({ length: 7 }, () => open(url))]
  t.teardown(() => Promise.all(instances.slice(1).map((each) => each.destroy())))
  const told: string[] = []
  const all = instances.map((each) => migrate(each, { ...options, onIndex: (name) => told.push(name) }))
  await untilBlocked(other)
  await writer.commit().execute()
  t.strictSame(
    (await Promise.all(all)).flatMap(({ applied }) => applied),
    ['0002_log'],
  )
  t.strictSame(told, ['log_by_at'])
  t.equal(await isValid(other), true)
  const { rows } = await sql`
    select from pg_locks where locktype = 'advisory'
    and database = (select oid from pg_database where datname = current_database())`.execute(other)
  t.equal(rows.length, 0, 'and no lock stays')
})

t.test('behind a pooler of transactions an index is made in the transaction of its migration', async (t) => {
  const { db, other, writer, options } = await tableInUse(t, BY_AT)
  await writer.commit().execute()
  const told: string[] = []
  await migrate(db, { ...options, concurrently: false, onIndex: (name) => told.push(name) })
  t.strictSame(told, [])
  t.equal(await isValid(other), true)
})
