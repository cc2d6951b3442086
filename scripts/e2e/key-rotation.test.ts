// Keys rotate under load: the gateway follows, and no call of any phone fails.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { decodeProtectedHeader } from 'jose'
import t from 'tap'
import { loadSecrets } from '../stack/secrets.ts'
import { waitUntil } from '../stack/wait.ts'
import { findKong } from '../testing/optional-parts.ts'
import { call, logIn, refresh } from './support/app.ts'
import { testStack } from './support/gateways.ts'

// On one gateway: what takes its time here is the auth server. emergency-rotation.test.ts has both.
t.setTimeout(120_000)

t.test('signing keys are rotated under load without one refused call', { timeout: 110_000 }, async (t) => {
  const stack = await testStack(t, findKong() === undefined ? 'embedded' : 'kong', {
    editKongYml: (source) => source.replace('basic: { minute: 60 }', 'basic: { minute: 1000000 }'),
  })
  const statuses = new Map<number, number>()
  const kids = new Set<string>()
  let running = true
  const phone = async (): Promise<void> => {
    let tokens = await logIn(stack)
    while (running) {
      kids.add(decodeProtectedHeader(tokens.access_token).kid ?? '')
      const answers = await Promise.all(Array.from({ length: 5 }, () => call(stack, tokens.access_token)))
      for (const { status } of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1)
      tokens = await refresh(stack, tokens.refresh_token ?? '')
    }
  }
  const phones = Promise.all([phone(), phone(), phone()])
  t.ok(await waitUntil(async () => (statuses.get(200) ?? 0) > 50, { timeoutMs: 20_000 }))
  t.equal(kids.size, 1)

  const { KEY_ENCRYPTION_KEY } = await loadSecrets(join(stack.dataDir, 'secrets.json'))
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(import.meta.dirname, '../../auth-server/src/commands/rotate-keys.ts'), '--alg', 'ES256', '--now'],
    { env: { ...process.env, DATABASE_URL: stack.databaseUrl, KEY_ENCRYPTION_KEY } },
  )
  t.match(stdout, /Published a new key for ES256/)
  t.ok(await waitUntil(async () => kids.size === 2, { timeoutMs: 30_000 }), 'tokens are signed with the new key')
  const before = statuses.get(200) ?? 0
  t.ok(await waitUntil(async () => (statuses.get(200) ?? 0) > before + 100, { timeoutMs: 20_000 }))
  running = false
  await phones
  t.same([...statuses.keys()], [200], `of ${statuses.get(200)} calls none was refused`)
})
