// Signed calls: what the library of Standard Webhooks says of ours, and what the SDK's verifyHook believes.
import { HookError, verifyHook } from '@mobile-api-gateway/sdk/backend/verify-hook.ts'
import { Webhook } from 'standardwebhooks'
import t from 'tap'
import { readWebhookSecrets, webhookHeaders } from '../../src/crypto/webhook.ts'

const [OLD, NEW] = ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', `whsec_${Buffer.alloc(32, 7).toString('base64')}`]
const body = JSON.stringify({ event: 'person.changed', sub: 'usr_ü' })

function now(): number {
  return Math.floor(Date.now() / 1000)
}

t.test('the library of Standard Webhooks verifies what is signed here, unmodified', async (t) => {
  const headers = webhookHeaders([OLD], { id: 'msg_1', timestamp: now(), body })
  t.strictSame(new Webhook(OLD).verify(body, { ...headers }), JSON.parse(body))
  t.throws(() => new Webhook(NEW).verify(body, { ...headers }))
})

t.test('while a secret is replaced, receivers with either one take the call', async (t) => {
  const headers = webhookHeaders([NEW, OLD], { id: 'msg_1', timestamp: now(), body })
  for (const secret of [OLD, NEW]) {
    t.ok(new Webhook(secret).verify(body, { ...headers }))
    t.match(verifyHook(headers, body, secret), { id: 'msg_1', event: 'person.changed', body: { sub: 'usr_ü' } })
  }
  const others = webhookHeaders([OLD], { id: 'msg_1', timestamp: now(), body })
  t.match(verifyHook(new Headers(others), Buffer.from(body), [NEW, OLD]), { id: 'msg_1' })
})

t.test('what the library signs, verifyHook believes', async (t) => {
  const date = new Date()
  const signature = new Webhook(OLD).sign('msg_2', date, body)
  const headers = { 'webhook-id': 'msg_2', 'webhook-timestamp': String(now()), 'webhook-signature': signature }
  t.match(verifyHook({ ...headers, 'webhook-signature': `v1a,xyz v1,abc ${signature}` }, body, OLD), { id: 'msg_2' })
})

t.test('hook delivery replayed or forged: timestamp, id and the HMAC over the raw body have to hold', async (t) => {
  const headers = webhookHeaders([OLD], { id: 'msg_1', timestamp: now(), body })
  const late = webhookHeaders([OLD], { id: 'msg_1', timestamp: now() - 301, body })
  const early = webhookHeaders([OLD], { id: 'msg_1', timestamp: now() + 302, body })
  const table = [
    ['another body', headers, `${body} `, OLD],
    ['another id', { ...headers, 'webhook-id': 'msg_2' }, body, OLD],
    ['another time', { ...headers, 'webhook-timestamp': String(now() + 1) }, body, OLD],
    ['an old one', late, body, OLD],
    ['one of tomorrow', early, body, OLD],
    ['no time', { ...headers, 'webhook-timestamp': '1e9' }, body, OLD],
    ['another secret', headers, body, NEW],
    ['no signature', { ...headers, 'webhook-signature': '' }, body, OLD],
    ['an empty signature', { ...headers, 'webhook-signature': 'v1,' }, body, OLD],
    ['headers twice', { ...headers, 'webhook-id': ['msg_1', 'msg_1'] }, body, OLD],
  ] as const
  for (const [name, sent, text, secret] of table) t.throws(() => verifyHook(sent, text, secret), HookError, name)
  for (const secret of ['', 'whsec_', 'whsec_AAAA', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'])
    t.throws(() => verifyHook(headers, body, secret), TypeError, secret)
  const list = webhookHeaders([OLD], { id: 'msg_1', timestamp: now(), body: '[]' })
  t.throws(() => verifyHook(list, '[]', OLD), HookError)
})

t.test('secrets are one or two, and sound', async (t) => {
  t.strictSame(readWebhookSecrets(OLD), [OLD])
  t.strictSame(readWebhookSecrets(` ${NEW}, ${OLD}\n`), [NEW, OLD])
  for (const text of ['', 'whsec_short', `${OLD} nothing`, `${OLD} ${NEW} ${OLD}`])
    t.equal(readWebhookSecrets(text), undefined, text)
})
