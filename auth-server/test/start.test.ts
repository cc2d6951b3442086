// What keeps the server from starting is one sentence that says what and what to do; a database that is late is waited for.
import { once } from 'node:events'
import { createServer } from 'node:net'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { randomSecret } from '../src/crypto/random.ts'
import { type Db, openDatabase } from '../src/store/database.ts'
import { migrate } from '../src/store/migrate.ts'
import { explainDatabaseProblem } from '../src/store/problem.ts'
import { reachDatabase } from '../src/store/reach.ts'
import { openKeyRing } from '../src/tokens/signing-keys.ts'
import { emptyDatabase, testDatabase } from './support/database.ts'
import { databaseProxy } from './support/proxy.ts'
import { startServer } from './support/start.ts'

function open(t: Test, url: string): Db {
  const db = openDatabase(url, () => {}, { connections: 1 })
  t.teardown(() => db.destroy())
  return db
}

function change(url: string, parts: Partial<Pick<URL, 'username' | 'password' | 'pathname'>>): string {
  return Object.assign(new URL(url), parts).href
}
function nameOf(url: string): string {
  return new URL(url).pathname.slice(1)
}

/** A role with a password; its URL for a database. */
async function role(t: Test, url: string, options = 'login'): Promise<string> {
  const admin = openDatabase(url, () => {}, { connections: 1 })
  const name = `role_${randomSecret(6).toLowerCase().replace(/\W/g, '_')}`
  const password = randomSecret()
  await sql.raw(`create role ${name} password '${password}' ${options}`).execute(admin)
  t.teardown(async () => {
    await sql.raw(`drop owned by ${name}`).execute(admin)
    await sql.raw(`drop role ${name}`).execute(admin)
    await admin.destroy()
  })
  return change(url, { username: name, password })
}

interface Case {
  readonly environment: Readonly<Record<string, string>>
  readonly says: RegExp
}

/** A port that somebody else listens on. */
async function takenPort(t: Test): Promise<string> {
  const other = createServer().listen(0, '127.0.0.1')
  t.teardown(() => other.close())
  await once(other, 'listening')
  const address = other.address()
  return String(typeof address === 'object' ? address?.port : '')
}

const CASES: Readonly<Record<string, (t: Test) => Promise<Case>>> = {
  'a wrong password': async (t) => ({
    environment: { DATABASE_URL: change(await emptyDatabase(t), { password: 'hidden-1' }) },
    says: /PostgreSQL at 127\.0\.0\.1:\d+ does not accept the role "postgres" with this password\. Correct DATABASE_URL\.$/,
  }),
  'no password': async (t) => ({
    environment: { DATABASE_URL: change(await emptyDatabase(t), { password: '' }) },
    says: /asks for a password, and DATABASE_URL has none\. Add it/,
  }),
  'an unknown database': async (t) => ({
    environment: { DATABASE_URL: change(await emptyDatabase(t), { pathname: '/nowhere' }) },
    says: /There is no database "nowhere" at 127\.0\.0\.1:\d+\. Create it, or correct DATABASE_URL\.$/,
  }),
  'a role that may not log in': async (t) => ({
    environment: { DATABASE_URL: await role(t, await emptyDatabase(t), 'nologin') },
    says: /does not let the role "role_\w+" into the database "\w+" like this \(.*\)\. Add an entry to its pg_hba\.conf; .*TLS/,
  }),
  'a role that may not make tables': async (t) => ({
    environment: { DATABASE_URL: await role(t, await emptyDatabase(t)) },
    says: /The role "role_\w+" lacks rights in the database "\w+" \(.*\)\. Let it own the database: ALTER DATABASE/,
  }),
  'no connection left': async (t) => ({
    environment: { DATABASE_URL: await role(t, await emptyDatabase(t), 'login connection limit 0') },
    says: /has no connection left\. Raise its max_connections/,
  }),
  'TLS that the server does not have': async (t) => ({
    environment: { DATABASE_URL: `${await emptyDatabase(t)}?sslmode=verify-full` },
    says: /does not speak TLS\. Switch it on there, or take sslmode out of DATABASE_URL\.$/,
  }),
  'a certificate file that is not there': async (t) => ({
    environment: { DATABASE_URL: `${await emptyDatabase(t)}?sslmode=verify-full&sslrootcert=/nowhere/ca.pem` },
    says: /A file that DATABASE_URL names cannot be read \(ENOENT.*\/nowhere\/ca\.pem'?\)\. Correct DATABASE_URL\.$/,
  }),
  'a database that can only be read': async (t) => {
    const url = await testDatabase(t)
    await sql.raw(`alter database ${nameOf(url)} set default_transaction_read_only = on`).execute(open(t, url))
    return { environment: { DATABASE_URL: url }, says: /can only be read .*Name the primary in DATABASE_URL\.$/ }
  },
  'a server that is too old': async (t) => {
    // No such server at hand: a function before PostgreSQL's own tells another version.
    const url = await emptyDatabase(t)
    const db = open(t, url)
    await sql`create schema old`.execute(db)
    await sql`create function old.current_setting(text) returns text language sql
              as $$ select case $1 when 'server_version_num' then '140013' else '14.13' end $$`.execute(db)
    await sql.raw(`alter database ${nameOf(url)} set search_path = old, public, pg_catalog`).execute(db)
    return { environment: { DATABASE_URL: url }, says: /PostgreSQL 14\.13 is too old\. Upgrade it to 15 or newer/ }
  },
  'a database that cannot hold every name': async (t) => {
    const url = await emptyDatabase(t)
    const db = open(t, url)
    const name = `${nameOf(url)}_latin`
    await sql
      .raw(`create database ${name} encoding 'LATIN1' template template0 locale_provider libc locale 'C'`)
      .execute(db)
    t.teardown(() => sql.raw(`drop database ${name} with (force)`).execute(db))
    return {
      environment: { DATABASE_URL: change(url, { pathname: `/${name}` }) },
      says: /is encoded in LATIN1, .*CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0, and name it in DATABASE_URL\.$/,
    }
  },
  'a database that is somebody else’s': async (t) => {
    const url = await emptyDatabase(t)
    await sql`create table users (theirs text)`.execute(open(t, url))
    return {
      environment: { DATABASE_URL: url },
      says: /holds something that is not ours \(.*users.*\)\. Give .* of its own\.$/,
    }
  },
  'a newer release’s schema that this one cannot work with': async (t) => {
    const url = await testDatabase(t)
    const db = open(t, url)
    await sql`insert into kysely_migration values ('9999_other', now()::text)`.execute(db)
    await sql`update schema_floor set migration = '9999_other'`.execute(db)
    return {
      environment: { DATABASE_URL: url },
      says: /A newer release has changed the database \(9999_other\) .*Start that release, or restore the backup/,
    }
  },
  'the wrong KEY_ENCRYPTION_KEY': async (t) => {
    const url = await testDatabase(t)
    await openKeyRing(open(t, url), [randomSecret()])
    return { environment: { DATABASE_URL: url }, says: /KEY_ENCRYPTION_KEY is not the one it was stored with/ }
  },
  'a port in use': async (t) => {
    const port = await takenPort(t)
    return {
      environment: { DATABASE_URL: await testDatabase(t), PORT: port },
      says: new RegExp(
        `Port ${port} of 127\\.0\\.0\\.1 is in use\\. Stop what listens there, or set PORT to another\\.$`,
      ),
    }
  },
  'an address of another machine': async (t) => ({
    environment: { DATABASE_URL: await testDatabase(t), HOST: '192.0.2.1' },
    says: /HOST=192\.0\.2\.1 is no address of this machine\. Set it to one/,
  }),
}

t.test('what keeps it from starting is one sentence, without a stack or a password', async (t) => {
  t.jobs = 3
  for (const [name, prepare] of Object.entries(CASES))
    t.test(name, { buffered: true }, async (t) => {
      const { environment, says } = await prepare(t)
      const { code, errors } = await startServer(t, environment).ended
      t.equal(code, 1)
      const [line = '', ...more] = errors.trimEnd().split('\n')
      t.match(line, /^The authorization server cannot start: \S/)
      t.match(line, says)
      t.strictSame(more, [], 'nothing else')
      const { password } = new URL(environment.DATABASE_URL ?? '')
      t.notOk(password !== '' && errors.includes(password))
    })
})

t.test('a database that is not up yet is waited for, and told of once', async (t) => {
  const cable = await databaseProxy(t, await emptyDatabase(t))
  cable.cut()
  const server = startServer(t, { DATABASE_URL: cable.url })
  await server.says(/does not answer \(.*\)\. Start it, or correct DATABASE_URL\. Trying again for a minute\./)
  cable.mend()
  const url = await server.url
  t.equal((await fetch(`${url}/health/ready`)).status, 200)
  t.equal(server.log().match(/Trying again/g)?.length, 1)
})

t.test('one that waits for its database ends when it is told to', async (t) => {
  const cable = await databaseProxy(t, await emptyDatabase(t))
  cable.cut()
  const server = startServer(t, { DATABASE_URL: cable.url })
  await server.says(/Trying again/)
  server.signal('SIGTERM')
  t.match(await server.ended, { code: 0, errors: '' })
})

t.test('a database that does not come is given up', async (t) => {
  const cable = await databaseProxy(t, await emptyDatabase(t))
  cable.cut()
  const db = open(t, cable.url)
  let told = 0
  const error = await reachDatabase(db, () => told++, 600).catch((error: unknown) => error)
  t.match(explainDatabaseProblem(error, cable.url), /^PostgreSQL at 127\.0\.0\.1:\d+ does not answer \(.*\)\. Start it/)
  t.equal(told, 1)
})

t.test('what pg, PgBouncer and the system say besides', async (t) => {
  const url = 'postgresql://auth:hidden@db.example.com:6432/auth'
  const failing = (code: string, message = '') => Object.assign(new Error(message), { code })
  const rows: [Error, RegExp][] = [
    [failing('ECONNREFUSED'), /^PostgreSQL at db\.example\.com:6432 does not answer \(ECONNREFUSED\)\. Start it/],
    [failing('57P03', 'the database system is starting up'), /does not answer \(57P03\)/],
    [new AggregateError([failing('ECONNREFUSED')]), /does not answer/],
    [failing('08P01', 'server login has been failing, try again later (server_login_retry)'), /does not answer/],
    [
      failing('ENOTFOUND', 'getaddrinfo ENOTFOUND'),
      /^The host of db\.example\.com:6432 is unknown \(ENOTFOUND\)\. Correct/,
    ],
    [failing('08P01', 'no such database: auth'), /^There is no database "auth"/],
    [failing('08P01', 'no such user: auth'), /does not accept the role "auth"/],
    [failing('08P01', 'unsupported startup parameter: options'), /ignore_startup_parameters\.$/],
    [failing('08P01', 'no more connections allowed (max_client_conn)'), /Raise its max_client_conn\.$/],
    [failing('53100', 'could not extend file'), /^The disk of PostgreSQL at db\.example\.com:6432 is full\. Make room/],
    [failing('SELF_SIGNED_CERT_IN_CHAIN'), /is not trusted .*sslrootcert=/],
    [failing('ERR_TLS_CERT_ALTNAME_INVALID'), /is for another name/],
  ]
  for (const [error, says] of rows) {
    const sentence = explainDatabaseProblem(error, url)
    t.match(sentence, says)
    t.notMatch(sentence, /hidden/)
  }
  t.equal(
    explainDatabaseProblem(new TypeError('x is not a function'), url),
    undefined,
    'our own mistake is none of these',
  )
})

t.test('a schema of a newer release: started on, unless a migration said that this is not to be', async (t) => {
  const db = open(t, await emptyDatabase(t))
  const step = (table: string) => ({
    up: async (on: Db) => void (await sql`create table ${sql.id(table)} ()`.execute(on)),
  })
  const ours = await import('../src/store/migrations/0010_schema_floor.ts')
  const older = { '0010_schema_floor': ours }
  const friendly = { ...older, '0011_friendly': step('friendly') }
  const hostile = { ...friendly, '0012_hostile': { ...step('hostile'), incompatible: true } }
  const later = { ...hostile, '0013_later': step('later') }

  t.strictSame(await migrate(db, { migrations: friendly }), { applied: Object.keys(friendly), newer: [] })
  t.strictSame(await migrate(db, { migrations: older }), { applied: [], newer: ['0011_friendly'] }, 'goes on')
  t.strictSame((await migrate(db, { migrations: later })).applied, ['0012_hostile', '0013_later'])
  t.strictSame(await migrate(db, { migrations: hostile }), { applied: [], newer: ['0013_later'] }, 'above the floor')
  for (const migrations of [older, friendly])
    await t.rejects(migrate(db, { migrations }), { name: 'SchemaMismatch', message: /0012_hostile/ })
  const apart = { ...hostile, '0013_other': step('other') }
  await t.rejects(migrate(db, { migrations: apart }), {
    name: 'SchemaMismatch',
    message: /0013_later.*lacks 0013_other/,
  })
})
