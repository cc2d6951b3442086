// A signing key has to go at once: its successor is accepted on first sight, and if it has leaked, the old one no more.
import { decodeProtectedHeader } from 'jose'
import t from 'tap'
import { waitUntil } from '../stack/wait.ts'
import { call, logIn, refresh } from './support/app.ts'
import { onEachGateway, testStack } from './support/gateways.ts'
import { rotateKeys } from './support/rotate-keys.ts'

function kidOf(token: string): string | undefined {
  return decodeProtectedHeader(token).kid
}

onEachGateway(t, 'a key that signs at once is accepted at once, right after a fetch of the keys', async (t, kind) => {
  const stack = await testStack(t, kind, {
    editKongYml: (source) => source.replace('basic: { minute: 60 }', 'basic: { minute: 1000000 }'),
  })
  const { access_token: old } = await logIn(stack)
  // Now the gateway has the old set, if it had none before.
  t.equal((await call(stack, old)).status, 200)
  await rotateKeys(stack, '--now')
  const signsAnew = async () => kidOf((await logIn(stack)).access_token) !== kidOf(old)
  t.ok(await waitUntil(signsAnew, { timeoutMillis: 20_000, everyMillis: 200 }), 'the new key signs')
  const tokens = await Promise.all([logIn(stack), logIn(stack), logIn(stack)])
  const answers = await Promise.all(
    [old, ...tokens.map(({ access_token }) => access_token)].map((token) => call(stack, token)),
  )
  t.strictSame(
    answers.map(({ status }) => status),
    [200, 200, 200, 200],
  )
})

onEachGateway(t, 'a leaked key ends with the first token of the new one, and the app goes on', async (t, kind) => {
  const stack = await testStack(t, kind)
  const old = await logIn(stack)
  t.equal((await call(stack, old.access_token)).status, 200)

  const leaked = kidOf(old.access_token) ?? ''
  const said = await rotateKeys(stack, '--leaked')
  t.match(said, `Withdrew every other one: ${leaked}.`)
  const published = async () => (await fetch(`${stack.urls.issuer}/jwks`)).text()
  t.ok(await waitUntil(async () => !(await published()).includes(leaked), { timeoutMillis: 20_000, everyMillis: 50 }))
  const { access_token: next } = await refresh(stack, old.refresh_token ?? '')
  t.equal((await call(stack, next)).status, 200)

  const { status, headers, body } = await call(stack, old.access_token)
  t.equal(status, 401, 'although it passed before, and has not expired')
  t.match(headers.get('www-authenticate'), /^Bearer .*error="invalid_token"/)
  t.match(body, { error: 'invalid_token' })
})
