// What is wrong with the database that a command is for is a sentence, and no command waits for what cannot come.
import { sql } from 'kysely'
import t from 'tap'
import { randomSecret } from '../../src/crypto/random.ts'
import { SOUND } from '../support/config.ts'
import { emptyDatabase } from '../support/database.ts'
import { run } from '../support/run-command.ts'
import { ISSUER, testServer } from '../support/server.ts'

t.setTimeout(120_000)

t.test('DATABASE_URL is checked as the server checks it', async (t) => {
  for (const DATABASE_URL of ['x', ' ', 'postgresql://127.0.0.1:99999/auth'])
    t.match(await run('role', ['list'], { DATABASE_URL }), {
      code: 2,
      stdout: '',
      stderr: /^DATABASE_URL is not a PostgreSQL URL; use something like postgresql:/,
    })
})

t.test('a password that is missing is said, and the command ends at once', async (t) => {
  const DATABASE_URL = Object.assign(new URL(await emptyDatabase(t)), { password: '' }).href
  const began = performance.now()
  t.match(await run('role', ['list'], { DATABASE_URL }), { code: 1, stdout: '', stderr: /asks for a password.*\n$/ })
  t.ok(performance.now() - began < 30_000, 'PostgreSQL itself would wait for a minute')
})

t.test('a right that the role lacks is said by the management commands as by the others', async (t) => {
  const { DATABASE_URL: _, ...secrets } = SOUND
  const { config, db } = await testServer(t, secrets)
  const [role, password] = [`reader_${randomSecret(6).toLowerCase().replace(/\W/g, '_')}`, randomSecret()]
  await sql.raw(`create role ${role} login password '${password}'`).execute(db)
  t.teardown(() => sql.raw(`drop role ${role}`).execute(db))
  await sql.raw(`grant select on all tables in schema public to ${role}`).execute(db)
  t.teardown(() => sql.raw(`drop owned by ${role}`).execute(db))
  const DATABASE_URL = Object.assign(new URL(config.databaseUrl), { username: role, password }).href
  const env = { ...secrets, ISSUER, DATABASE_URL }
  for (const [command, args] of [
    ['manage', ['user', 'add', '--email', 'x@example.com']],
    ['setup', []],
  ] as const)
    t.match(await run(command, args, env), {
      code: 1,
      stdout: '',
      stderr: new RegExp(`^The role "${role}" lacks rights in the database "\\w+" \\(.*\\)\\. Let it own the .*\n$`),
    })
})
