// The receiver of examples/hooks.ts as a program of its own: it believes signed calls alone, refuses, adds a claim, and hears once.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t from 'tap'
import { webhookKey, webhookSignature } from '../../src/webhook-signature.ts'

/** What is published is made by `npm pack`; until then the package is its sources. */
const FROM_SOURCES = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module'
  const sources = ${JSON.stringify(new URL('../../src/index.ts', import.meta.url).href)}
  registerHooks({ resolve: (name, context, next) => next(name === '@mobile-api-gateway/sdk' ? sources : name, context) })
`)}`
const SECRET = `whsec_${Buffer.alloc(32, 3).toString('base64')}`

t.test('the example of a receiver', async (t) => {
  const child = spawn(
    process.execPath,
    ['--import', FROM_SOURCES, join(import.meta.dirname, '../../examples/hooks.ts')],
    {
      env: { ...process.env, PORT: '0', HOOK_SECRET: SECRET },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  t.teardown(async () => {
    child.kill()
    await once(child, 'exit')
  })
  const lines: string[] = []
  const output = createInterface({ input: child.stdout }).on('line', (line) => void lines.push(line))
  await once(output, 'line')
  const origin = lines[0] ?? ''
  const send = (event: string, more: object = {}, secret = SECRET) => {
    const body = JSON.stringify({ event, ...more })
    const call = { id: 'msg_1', timestamp: Math.floor(Date.now() / 1000), body }
    const signature = webhookSignature(webhookKey(secret) ?? Buffer.alloc(0), call)
    const headers = {
      'webhook-id': call.id,
      'webhook-timestamp': String(call.timestamp),
      'webhook-signature': signature,
    }
    return fetch(`${origin}/hooks`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body,
    })
  }
  t.match(await (await send('before.sign-in', { client_id: 'closed-app' })).json(), { verdict: 'refuse' })
  t.match(await (await send('before.sign-in')).json(), { verdict: 'allow', claims: { access_token: { tier: 'gold' } } })
  t.equal((await send('person.deleted', {}, `whsec_${Buffer.alloc(32, 4).toString('base64')}`)).status, 401)
  for (const _ of ['first', 'second']) t.equal((await send('person.deleted', { sub: 'usr_1' })).status, 204)
  t.equal(lines.filter((line) => line.startsWith('person.deleted')).length, 1)
})
