// docker-compose.yml without Docker: its commands, environment, files and health checks, up to one authenticated call.
import { stat } from 'node:fs/promises'
import { startGateway } from '@mobile-api-gateway/kong-plugins/gateway/life/gateway.ts'
import { pino } from 'pino'
import t from 'tap'
import { testDatabase } from '../../auth-server/test/support/database.ts'
import { readCompose } from '../test/support/compose.ts'
import { documents } from '../test/support/documents.ts'
import { findKong, findRedis } from '../testing/optional-parts.ts'
import { call, logIn } from './support/app.ts'
import { nativeCompose } from './support/native-compose.ts'

t.setTimeout(180_000)

t.test('every service starts, is healthy, and a user gets through', { timeout: 150_000 }, async (t) => {
  const native = await nativeCompose(t, await testDatabase(t))
  if (findRedis() !== undefined) t.ok(await native.start('redis'), 'redis')
  for (const name of ['auth-server', 'mobile-api', 'plugin-server']) t.ok(await native.start(name), name)
  for (const name of ['gateway-client', 'demo']) {
    await native.start(name)
    await native.start(name) // again: nothing changes, nothing fails
  }

  const socket = native.here('/run/mobile-gateway/plugins.sock')
  t.equal((await stat(socket)).mode & 0o777, 0o660, 'only the group that Kong is added to may connect')

  if (findKong() === undefined) {
    const config = native.here('/etc/mobile-gateway/kong.yml')
    process.env.GATEWAY_CLIENT_SECRET = native.here(
      readCompose().services.kong?.environment?.GATEWAY_CLIENT_SECRET ?? '',
    )
    const port = Number(new URL(native.urls.gateway).port)
    const gateway = await startGateway({ config, port, socketPath: socket, logger: pino({ level: 'silent' }) })
    t.teardown(() => gateway.close())
  } else t.ok(await native.start('kong'), 'kong')

  t.equal((await call(native, undefined)).status, 401)
  const { access_token: token } = await logIn(native)
  const answer = await call(native, token)
  t.match(answer, { status: 200, body: { path: '/echo', headers: { 'x-consumer-username': 'demo-app' } } })
  t.match(answer.headers.get('ratelimit-remaining'), /^\d+$/)
})

t.test('without the demo the gateway is a client all the same, and what operators run is in the image', async (t) => {
  const native = await nativeCompose(t, await testDatabase(t))
  t.ok(await native.start('auth-server'))
  await native.start('gateway-client')
  const secret = native.here(readCompose().services['gateway-client']?.environment?.GATEWAY_CLIENT_SECRET ?? '')
  const feed = async () =>
    fetch(`${native.urls.issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`gateway:${secret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'revocations:read' }),
    })
  t.equal((await feed()).status, 200)

  const text = documents()
    .map((document) => document.text)
    .join('\n')
  const commands = [...text.matchAll(/docker compose exec auth-server (node [\w/.-]+\.ts(?: (?:--)?[a-z]+)*)/g)].map(
    ([, command = '']) => command,
  )
  const says: Readonly<Record<string, RegExp>> = {
    'node auth-server/src/commands/app-links.ts list': /^No app has a record yet\.\n$/,
    'node auth-server/src/commands/catalogue.ts import':
      /\+ application demo-app is added\n[\s\S]*Changed: 4 added\.\n/,
    'node auth-server/src/commands/manage.ts group create --name testers': /^name\ttesters\n/,
    'node auth-server/src/commands/audit.ts verify': /^Everything fits: \d+ sealed events/,
    'node auth-server/src/commands/role.ts list': /^Nobody has a role yet\.\n$/,
    'node auth-server/src/commands/setup.ts':
      /^Open this link .*\n\n {2}http:\/\/localhost:\d+\/setup\/\S{66}\n.*registered as gateway\.\n$/s,
    'node auth-server/src/commands/rotate-keys.ts --now':
      /^Published a new key for ES256, RS256, EdDSA; it signs in 5 sec/,
    'node auth-server/src/commands/manage.ts app list': /^gateway\tGateway\tweb\t/m,
    'node auth-server/src/commands/rotate-keys.ts --leaked': /^Published a new key .*\nWithdrew every other one: \S+, /,
  }
  t.strictSame([...new Set(commands)].toSorted(), Object.keys(says).toSorted(), 'the documents name no other')
  for (const [command, pattern] of Object.entries(says))
    t.match(await native.exec('auth-server', command.split(' ')), pattern, command)
})

t.test('every service of the file takes part', async (t) => {
  const native = ['redis', 'auth-server', 'mobile-api', 'plugin-server', 'gateway-client', 'demo', 'kong']
  t.strictSame(Object.keys(readCompose().services).toSorted(), [...native, 'postgres'].toSorted())
})
