// Hooks that are slow, broken or malicious: bounded in time and size, shown as text, told apart in the log, and never with a secret in it.
import type { ServerResponse } from 'node:http'
import { decodeJwt } from 'jose'
import { pino } from 'pino'
import t from 'tap'
import { listHooks, subscriptionsOf } from '../../src/delivery/hooks/hooks.ts'
import { sendDueEntries } from '../../src/delivery/outbox.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { restorePerson, suspendPerson } from '../../src/identity/administration/people.ts'
import { findHooks } from '../../src/store/queries/hook-deliveries.ts'
import { confirmSubscriptions } from '../../src/store/tables/hook-subscriptions.ts'
import { ACCESS_TOKEN_TTL_SECONDS } from '../../src/tokens/access-token.ts'
import { addClaims, MAX_ADDED_BYTES } from '../../src/tokens/added-claims.ts'
import { Browser } from '../support/browser.ts'
import { turnClock } from '../support/database.ts'
import { HOOK_SECRET, type HookReply, hookEnvironment, hookReceiver } from '../support/hook-receiver.ts'
import { logIn } from '../support/phone.ts'
import { testServer } from '../support/server.ts'
import { Website } from '../support/website.ts'

/** nginx, before Kong: a header line of at most that many bytes. */
const HEADER_LINE_BYTES = 8192

const receiver = await hookReceiver(t)
const events = ['before.sign-in', 'person.suspended', 'person.restored']
const hook = { url: `${receiver.url}?key=in-the-address`, events, timeout_ms: 300 }
const server = await testServer(t, await hookEnvironment(t, hook))
const { db, deps, personId } = server
const site = await Website.open(server)

async function signIn(reply: HookReply) {
  receiver.answers(reply)
  const browser = new Browser(server.app)
  return logIn(browser, await site.send(browser, { scope: 'openid orders:read' }))
}
function destroyed(response: ServerResponse): void {
  response.destroy()
}
function failing(response: ServerResponse): void {
  response.writeHead(500).end()
}
function send(tools = deps) {
  return sendDueEntries(tools, pino({ level: 'silent' }))
}

t.test('an answer that comes drop by drop, or with endless headers, ends at the time limit', async (t) => {
  const timers = new Set<NodeJS.Timeout>()
  t.teardown(() => timers.forEach(clearInterval))
  const dripping: readonly HookReply[] = [
    (response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      timers.add(setInterval(() => response.write(' '), 20))
    },
    (response) => {
      response.socket?.write('HTTP/1.1 200 OK\r\n')
      timers.add(setInterval(() => response.socket?.write('x: y\r\n'), 20))
    },
    (response) => {
      response.socket?.write(`HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(5000)}`)
    },
  ]
  for (const reply of dripping) {
    const began = performance.now()
    t.equal((await signIn(reply)).statusCode, 503)
    t.ok(performance.now() - began < 5000)
  }
  await deps.hooks.calls.flush(db)
  t.match(await findHooks(db, 'crm'), [{ failure: /no answer within 300 ms|Parse Error/ }])
})

t.test(
  'what a sentence may hold: text on one line; NUL and half characters are a failure, markup is text',
  async (t) => {
    for (const message of ['a\u0000b', 'a\ud800b', { en: 'x\u0000' }]) {
      const page = await signIn((response) => {
        const text = JSON.stringify({ verdict: 'refuse', message })
        response.writeHead(200, { 'content-type': 'application/json' }).end(text)
      })
      t.equal(page.statusCode, 503, JSON.stringify(message))
    }
    const markup = '<script>alert(1)</script>"\'&amp;<img src=x onerror=alert(2)>'
    const page = await signIn({
      verdict: 'refuse',
      message: { en: markup, 'en-GB': 'x', __proto__: 'y', constructor_: 1 },
    })
    t.equal(page.statusCode, 403)
    t.notMatch(page.body, '<script>alert')
    t.notMatch(page.body, '<img src=x')
    t.match(page.body, '&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;amp;')
    for (const message of [7, [], { en: 7 }, { en: '\u202e\n' }, null, ''])
      t.match((await signIn({ verdict: 'refuse', message })).statusCode, 403, JSON.stringify(message))
  },
)

t.test('the type of an answer does not matter, only what is in it; what is compressed is a failure', async (t) => {
  const answer =
    (headers: Record<string, string>, body: string | Buffer): HookReply =>
    (response) =>
      void response.writeHead(200, headers).end(body)
  t.equal((await signIn(answer({ 'content-type': 'text/html' }, '{"verdict":"allow"}'))).statusCode, 303)
  t.equal((await signIn(answer({ 'content-type': 'application/json' }, '<p>allow</p>'))).statusCode, 503)
  t.equal((await signIn(answer({ 'content-encoding': 'gzip' }, '{"verdict":"allow"}'))).statusCode, 503)
  t.equal((await signIn(answer({}, '{"verdict":"refuse","verdict":"allow"}'))).statusCode, 503)
  t.equal((await signIn(answer({}, Buffer.from('{"verdict":"allow","x":"\xff"}', 'latin1')))).statusCode, 503)
})

t.test('no claim takes the place of one of the server, and no number is another one than the hook meant', async (t) => {
  receiver.answers({ verdict: 'allow' })
  const { access_token, id_token = '' } = await site.signIn({ scope: 'openid orders:read' })
  for (const [token, text] of [
    ['access_token', access_token],
    ['id_token', id_token],
  ] as const)
    for (const name of Object.keys(decodeJwt(text)))
      t.match(addClaims({}, { [token]: { [name]: 'x' } }), { wrong: /server's own/ }, `${token} ${name}`)
  for (const number of ['12345678901234567890', '9007199254740993', '1e400', '-9007199254740993'])
    t.equal(
      (
        await signIn((response) => {
          response.writeHead(200).end(`{"verdict":"allow","claims":{"access_token":{"customer":${number}}}}`)
        })
      ).statusCode,
      503,
      number,
    )
  t.match(addClaims({}, { access_token: { half: 0.5, whole: 2 ** 53 - 1 } }), { claims: {} })
})

t.test('a token with all that hooks may add fits a line of the headers that the gateway takes', async (t) => {
  const claims = { access_token: { big: '\u00fc'.repeat(Math.floor(MAX_ADDED_BYTES / 2) - 6) } }
  t.ok('claims' in addClaims({}, claims), 'that is as much as there can be')
  receiver.answers({ verdict: 'allow', claims })
  const { access_token } = await site.signIn({ scope: 'openid orders:read' })
  t.equal(Number(decodeJwt(access_token).exp) - Number(decodeJwt(access_token).iat), ACCESS_TOKEN_TTL_SECONDS)
  t.ok(`authorization: Bearer ${access_token}`.length < HEADER_LINE_BYTES - 2048, `${access_token.length}`)
})

t.test('what waits goes to the address that the hook has when it is sent, by the secret of then', async (t) => {
  await db.deleteFrom('outbox').where('kind', '=', 'hook').execute()
  receiver.answers((response) => void response.writeHead(500).end())
  await suspendPerson(db, OPERATOR, personId)
  await restorePerson(db, OPERATOR, personId)
  await send()
  const moved = await hookReceiver(t, (response) => void response.writeHead(204).end())
  const [crm] = deps.hooks.all
  if (!crm) throw new Error('there is no hook')
  const hooks = listHooks([{ ...crm, url: moved.url }])
  await confirmSubscriptions(db, subscriptionsOf(hooks))
  t.teardown(() => confirmSubscriptions(db, subscriptionsOf(deps.hooks)))
  receiver.heard.length = 0
  await turnClock(t, db, 60)
  await send({ ...deps, hooks })
  t.strictSame(receiver.heard, [])
  t.strictSame(moved.heard.map(({ event }) => event).toSorted(), ['person.restored', 'person.suspended'])
})

t.test('a redirect after a change is followed by nobody, and the call is tried again', async (t) => {
  const elsewhere = await hookReceiver(t)
  receiver.answers((response) => void response.writeHead(307, { location: elsewhere.url }).end())
  await suspendPerson(db, OPERATOR, personId)
  await send()
  t.strictSame(elsewhere.heard, [])
  t.match(await db.selectFrom('outbox').where('kind', '=', 'hook').selectAll().execute(), [
    { last_answer: 'status 307' },
  ])
  await restorePerson(db, OPERATOR, personId)
})

t.test('neither the secret nor the address with its key stands in the log, whatever goes wrong', async (t) => {
  const lines: string[] = []
  const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
  for (const reply of [destroyed, failing]) {
    receiver.answers(reply)
    await suspendPerson(db, OPERATOR, personId)
    await restorePerson(db, OPERATOR, personId)
    await sendDueEntries(deps, logger)
  }
  t.match(lines.join('\n'), 'a delivery waits for its next attempt')
  const said = [...server.log, ...lines].join('\n')
  t.match(said, 'hook_failed')
  for (const hidden of [HOOK_SECRET, HOOK_SECRET.slice('whsec_'.length), 'in-the-address']) t.notMatch(said, hidden)
})
