// npm run setup: the link for the first administrator and the gateway's client; and what commands find beside a running npm start.
import { execFile } from 'node:child_process'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { leaveCommandSettings } from '../../../scripts/stack/command-settings.ts'
import { defineBuiltInApi } from '../../src/catalogue/apis.ts'
import { COMMAND_SETTINGS_FILE } from '../../src/commands/command-settings.ts'
import { randomSecret } from '../../src/crypto/random.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { giveRole } from '../../src/identity/administration/role-changes.ts'
import { revocationsApi } from '../../src/oauth/feed/gateway-access.ts'
import { clientCredentials } from '../support/clients.ts'
import { ISSUER, testServer } from '../support/server.ts'
import { SURROUNDINGS } from '../support/surroundings.ts'

t.setTimeout(90_000)

async function run(command: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  const file = fileURLToPath(new URL(`../../src/commands/${command}.ts`, import.meta.url))
  return promisify(execFile)(process.execPath, [file, ...args], { env: { ...SURROUNDINGS, ...env } }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: unknown) => ({ code: 1, stdout: '', stderr: '', ...Object(error) }),
  )
}

async function opened(t: Test) {
  const server = await testServer(t)
  await defineBuiltInApi(server.db, revocationsApi(server.config.issuer)) // as the server does when it starts
  return { ...server, env: { DATABASE_URL: server.config.databaseUrl, ISSUER, DATA_DIR: t.testdir() } }
}
const LINK = /http:\/\/localhost:4000(\/setup\/[\w-]{22}\.[\w-]{43})\n/

t.test('it prints one link that works, and says what is known of the gateway', async (t) => {
  const { app, db, env, personId } = await opened(t)
  const first = await run('setup', [], env)
  t.match(first, { code: 0, stderr: '' })
  t.match(first.stdout, /No gateway is registered, and until then it lets nobody pass/)
  const GATEWAY_CLIENT_SECRET = randomSecret()
  const second = await run('setup', [], { ...env, GATEWAY_CLIENT_SECRET })
  t.match(second.stdout, /The gateway is registered as gateway\.\n$/)
  const statusOf = async (stdout: string) => (await app.inject(LINK.exec(stdout)?.[1] ?? '')).statusCode
  t.equal(await statusOf(first.stdout), 410, 'a newer one has taken its place')
  t.equal(await statusOf(second.stdout), 303)
  const basic = `Basic ${Buffer.from(`gateway:${GATEWAY_CLIENT_SECRET}`).toString('base64')}`
  const tokens = await clientCredentials(app, { authorization: basic })
  t.match(tokens.json(), { scope: 'revocations:read' }, 'all that it may do')
  t.match((await run('setup', [], env)).stdout, /The gateway is registered as gateway\.\n$/)
  t.match(
    await db.selectFrom('applications').where('client_id', '=', 'gateway').select('grant_types').execute(),
    [{ grant_types: ['client_credentials'] }],
    'one client, however often it is run',
  )

  await giveRole(db, OPERATOR, personId, { role: 'administrator' })
  const links = () => db.selectFrom('setup_links').select('id').execute()
  const before = await links()
  const refused = await run('setup', [], env)
  t.match(refused, { code: 1, stdout: '', stderr: /^There is an administrator already; .*Nothing has changed\.\n$/ })
  t.strictSame(await links(), before)
})

t.test('two that run at once leave one link that works', async (t) => {
  const { app, env } = await opened(t)
  const runs = await Promise.all([run('setup', [], env), run('setup', [], env)])
  const statuses = await Promise.all(
    runs.map(async ({ stdout }) => (await app.inject(LINK.exec(stdout)?.[1] ?? '')).statusCode),
  )
  t.strictSame(statuses.sort(), [303, 410])
})

t.test('what is wrong is a sentence', async (t) => {
  const { env } = await opened(t)
  const rows: [Record<string, string>, RegExp][] = [
    [{ DATA_DIR: env.DATA_DIR }, /^Set DATABASE_URL and ISSUER\.\n/],
    [{ ...env, ISSUER: 'http://login.example.com' }, /^ISSUER has to be https/],
    [{ ...env, ISSUER: `${ISSUER}/` }, /^ISSUER has to be an origin without path or trailing slash/],
    [{ ...env, GATEWAY_CLIENT_SECRET: 'short' }, /^GATEWAY_CLIENT_SECRET has to hold 32 random bytes/],
  ]
  for (const [given, stderr] of rows) t.match(await run('setup', [], given), { code: 2, stdout: '', stderr })
})

t.test('beside a running npm start every command knows its database and its secrets', async (t) => {
  const { config, env } = await opened(t)
  const { DATA_DIR } = env
  const left = {
    DATABASE_URL: config.databaseUrl,
    ISSUER,
    KEY_ENCRYPTION_KEY: config.keyEncryptionKey,
    GATEWAY_CLIENT_SECRET: randomSecret(),
  }
  const take = await leaveCommandSettings(DATA_DIR, left)
  t.equal((await stat(join(DATA_DIR, COMMAND_SETTINGS_FILE))).mode & 0o777, 0o600)
  const rows: [string, string[], RegExp][] = [
    ['role', ['list'], /./],
    ['add-gateway', [], /^The gateway is registered as gateway\.\n$/],
    ['rotate-keys', ['--alg', 'ES256', '--now'], /^Published a new key for ES256/],
    ['setup', [], LINK],
  ]
  const stderr = `With the database of npm start in ${DATA_DIR}.\n`
  for (const [command, args, stdout] of rows)
    t.match(await run(command, args, { DATA_DIR }), { code: 0, stdout, stderr }, command)
  const own = { ...env, GATEWAY_CLIENT_SECRET: randomSecret() }
  t.match(await run('add-gateway', [], own), { code: 0, stderr: '' }, 'who names a database is not told of another')
  t.match(
    await run('rotate-keys', [], { DATABASE_URL: config.databaseUrl, DATA_DIR }),
    { code: 2, stderr: /^Set KEY_ENCRYPTION_KEY\.\n/ },
    'nor gets its secrets',
  )
  await take()
  t.match(await run('role', ['list'], { DATA_DIR }), {
    code: 2,
    stderr: /^Set DATABASE_URL\.\nBeside a running npm start /,
  })
  for (const damaged of ['', '{', '[]', 'null', '{"DATABASE_URL":7}']) {
    await writeFile(join(DATA_DIR, COMMAND_SETTINGS_FILE), damaged)
    t.match(await run('role', ['list'], { DATA_DIR }), { code: 2, stderr: /^Set DATABASE_URL\.\n/ }, damaged)
  }
})
