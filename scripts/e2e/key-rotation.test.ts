// Keys rotate under load: the gateway follows, and no call of any phone fails.
import { decodeProtectedHeader } from 'jose'
import t from 'tap'
import { waitUntil } from '../stack/wait.ts'
import { findKong } from '../testing/optional-parts.ts'
import { call, logIn, refresh } from './support/app.ts'
import { testStack } from './support/gateways.ts'
import { rotateKeys } from './support/rotate-keys.ts'

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
  t.ok(await waitUntil(async () => (statuses.get(200) ?? 0) > 50, { timeoutMillis: 20_000 }))
  t.equal(kids.size, 1)

  t.match(await rotateKeys(stack, '--now'), /Published a new key for ES256/)
  t.ok(await waitUntil(async () => kids.size === 2, { timeoutMillis: 30_000 }), 'tokens are signed with the new key')
  const before = statuses.get(200) ?? 0
  t.ok(await waitUntil(async () => (statuses.get(200) ?? 0) > before + 100, { timeoutMillis: 20_000 }))
  running = false
  await phones
  t.same([...statuses.keys()], [200], `of ${statuses.get(200)} calls none was refused`)
})
