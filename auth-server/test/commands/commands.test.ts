// What operators run beside the server: says what it did, and what is wrong, in sentences.
import t from 'tap'
import { defineBuiltInApi } from '../../src/catalogue/apis.ts'
import { randomSecret } from '../../src/crypto/random.ts'
import { revocationsApi } from '../../src/oauth/feed/gateway-access.ts'
import { postForm } from '../support/clients.ts'
import { emptyDatabase, turnClock } from '../support/database.ts'
import { run } from '../support/run-command.ts'
import { testServer } from '../support/server.ts'

t.test('rotate-keys says of each algorithm what happened', async (t) => {
  const { config, keys } = await testServer(t)
  const env = { DATABASE_URL: config.databaseUrl, KEY_ENCRYPTION_KEY: config.keyEncryptionKey }
  const rows: [string[], string][] = [
    [['--alg', 'ES256'], 'Published a new key for ES256; it signs in 15 minutes.\n'],
    [
      ['--alg', 'ES256'],
      'A new key for ES256 is on its way already, so none was made; with --now it signs in 5 seconds.\n',
    ],
    [
      ['--now', '--alg', 'ES256', '--alg', 'RS256'],
      'Published a new key for RS256; it signs in 5 seconds.\n' +
        'The new key for ES256 that was on its way already signs in 5 seconds now, instead of later.\n',
    ],
    [['--now', '--alg', 'ES256'], 'The new key for ES256 signs within 5 seconds already; nothing to do.\n'],
  ]
  for (const [args, says] of rows) t.match(await run('rotate-keys', args, env), { code: 0, stdout: says, stderr: '' })
  const { stdout } = await run('rotate-keys', ['--leaked', '--alg', 'ES256'], env)
  t.match(stdout, `Withdrew every other one: ${keys.current('ES256').kid}, `)
})

t.test('what is wrong is a sentence: 2 for the command line, 1 for what it meets', async (t) => {
  const env = { DATABASE_URL: await emptyDatabase(t), KEY_ENCRYPTION_KEY: randomSecret() }
  const nowhere = Object.assign(new URL(env.DATABASE_URL), { pathname: '/nowhere' }).href
  const rows: [string[], Record<string, string>, number, RegExp][] = [
    [['--soon'], env, 2, /^Unknown option '--soon'\.\n\nUsage: npm run rotate-keys/],
    [['now'], env, 2, /^Unexpected argument 'now'/],
    [['--alg', 'HS256'], env, 2, /^--alg is ES256 or RS256 or EdDSA, not HS256\.\n/],
    [['--now', '--leaked'], env, 2, /^Choose --now or --leaked, not both\.\n/],
    [[], { DATA_DIR: t.testdir() }, 2, /^Set DATABASE_URL and KEY_ENCRYPTION_KEY\.\n/],
    [
      [],
      env,
      1,
      /^The database "\w+" lacks what the auth server makes when it starts .*Start it on this database first/,
    ],
    [[], { ...env, DATABASE_URL: nowhere }, 1, /^There is no database "nowhere"/],
  ]
  for (const [args, given, code, stderr] of rows)
    t.match(await run('rotate-keys', args, given), { code, stderr, stdout: '' })
})

t.test('add-gateway registers the gateway for the feed, and a new secret replaces the old one', async (t) => {
  const { app, db, config } = await testServer(t)
  await defineBuiltInApi(db, revocationsApi(config.issuer)) // as the server does when it starts
  const ask = async (secret: string) =>
    (
      await postForm(
        app,
        '/token',
        { grant_type: 'client_credentials', scope: 'revocations:read limits:write usage:write' },
        { authorization: `Basic ${Buffer.from(`edge:${secret}`).toString('base64')}` },
      )
    ).statusCode
  const [first, second] = [randomSecret(), randomSecret()]
  for (const GATEWAY_CLIENT_SECRET of [first, second]) {
    const env = { DATABASE_URL: config.databaseUrl, GATEWAY_CLIENT_SECRET }
    t.match(await run('add-gateway', ['--client-id', 'edge'], env), { code: 0, stdout: /registered as edge\.\n$/ })
    t.equal(await ask(GATEWAY_CLIENT_SECRET), 200)
  }
  t.equal(await ask(first), 401)
  const third = { DATABASE_URL: config.databaseUrl, GATEWAY_CLIENT_SECRET: randomSecret() }
  for (const time of ['the first time', 'once more']) {
    t.match(await run('add-gateway', ['--client-id', 'edge', '--keep-previous'], third), { code: 0 })
    t.equal(await ask(third.GATEWAY_CLIENT_SECRET), 200)
    t.equal(await ask(second), 200, `${time}: both count for a day`)
  }
  await turnClock(t, db, 24 * 3600 + 1)
  t.strictSame([await ask(third.GATEWAY_CLIENT_SECRET), await ask(second)], [200, 401], 'and no longer')
  const weak = { DATABASE_URL: config.databaseUrl, GATEWAY_CLIENT_SECRET: 'short' }
  t.match(await run('add-gateway', [], weak), { code: 2, stderr: /^GATEWAY_CLIENT_SECRET has to hold 32 random bytes/ })
})
