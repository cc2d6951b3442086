// A signing key has leaked: its successor signs at once, and no gateway refuses it for having fetched the keys a moment ago.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { decodeProtectedHeader } from 'jose'
import t from 'tap'
import { loadSecrets } from '../stack/secrets.ts'
import { call, logIn } from './support/app.ts'
import { onEachGateway, testStack } from './support/gateways.ts'

const kidOf = (token: string): string | undefined => decodeProtectedHeader(token).kid

onEachGateway(t, 'a key that signs at once is accepted at once, right after a fetch of the keys', async (t, kind) => {
  const stack = await testStack(t, kind, {
    editKongYml: (source) => source.replace('basic: { minute: 60 }', 'basic: { minute: 1000000 }'),
  })
  const { access_token: old } = await logIn(stack)
  const { KEY_ENCRYPTION_KEY } = await loadSecrets(join(stack.dataDir, 'secrets.json'))
  await promisify(execFile)(
    process.execPath,
    [join(import.meta.dirname, '..', 'rotate-keys.ts'), '--alg', 'ES256', '--now'],
    { env: { ...process.env, DATABASE_URL: stack.databaseUrl, KEY_ENCRYPTION_KEY } },
  )
  // Now the gateway has the old set, if it had none before. An auth server that starts reads its keys at once.
  t.equal((await call(stack, old)).status, 200)
  await stack.processes.auth.stop()
  t.equal((await call(stack, old)).status, 200, 'meanwhile the old tokens pass')
  await stack.processes.auth.start()
  const tokens = await Promise.all([logIn(stack), logIn(stack), logIn(stack)])
  t.notOk(
    tokens.some(({ access_token }) => kidOf(access_token) === kidOf(old)),
    'the new key signs',
  )
  const answers = await Promise.all(
    [old, ...tokens.map(({ access_token }) => access_token)].map((token) => call(stack, token)),
  )
  t.strictSame(
    answers.map(({ status }) => status),
    [200, 200, 200, 200],
  )
})
