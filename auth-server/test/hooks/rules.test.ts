// Hooks by configuration: what happens on failure by choice, for which APIs one is asked, sign-ups, and mistakes in the file.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { pino } from 'pino'
import t from 'tap'
import { readHooks } from '../../src/delivery/hooks/configure.ts'
import { requireKnownApis } from '../../src/delivery/hooks/known-apis.ts'
import { openPlaces } from '../../src/delivery/hooks/places.ts'
import { sendDueEntries } from '../../src/delivery/outbox.ts'
import { Browser } from '../support/browser.ts'
import { HOOK_SECRET, hookEnvironment, hookReceiver } from '../support/hook-receiver.ts'
import { mailServer, NEW_PASSWORD } from '../support/mail-visit.ts'
import { answerOf, authorizeUrl, logIn, pkcePair } from '../support/phone.ts'
import { API, testServer } from '../support/server.ts'
import { CLAIMED_URI } from '../support/session.ts'
import { openUpstream, UPSTREAM_SECRET } from '../support/upstream.ts'
import { Website } from '../support/website.ts'

t.test('on_failure: continue lets people in without the hook; another API asks none', async (t) => {
  for (const hook of [{ on_failure: 'continue' }, { apis: ['another-api'] }]) {
    const receiver = await hookReceiver(t, (response) => void response.writeHead(500).end())
    const events = ['before.sign-in', 'before.token']
    const server = await testServer(t, await hookEnvironment(t, { url: receiver.url, events, ...hook }))
    const site = await Website.open(server)
    t.ok((await site.signIn({ scope: 'openid orders:read' })).access_token)
    t.equal(receiver.heard.length, 'apis' in hook ? 0 : 2)
    t.equal(server.log.filter((line) => line.includes('"event":"hook_failed"')).length, receiver.heard.length)
  }
})

t.test('every mistake in the section is a sentence with its place', async (t) => {
  const file = join(t.testdir(), 'catalogue.yml')
  const read = async (hook: object) => {
    await writeFile(file, JSON.stringify({ hooks: { crm: hook } }))
    return readHooks({ catalogueFile: file }, { HOOK_SECRET, WEAK: 'whsec_x' }).then(
      ({ all }) => all,
      (error: Error) => error.message,
    )
  }
  const good = { url: 'https://crm.example.com/hooks', secret_variable: 'HOOK_SECRET', events: ['person.deleted'] }
  t.match(await read(good), [{ name: 'crm', onFailure: 'refuse', timeoutMillis: 3000, secrets: [HOOK_SECRET] }])
  const table = [
    [{ url: 'ftp://crm.example.com' }, /line 1, column \d+: crm.url has to be an address/],
    [{ url: 'https://user:password@crm.example.com' }, /crm.url has to be an address/],
    [{ secret_variable: HOOK_SECRET }, /never the secret/],
    [{ secret_variable: 'WEAK' }, /whsec_ and 24 to 64 bytes/],
    [{ secret_variable: 'MISSING' }, /whsec_ and 24 to 64 bytes/],
    [{ events: ['person.delete'] }, /did you mean person.deleted/],
    [{ on_failure: 'ignore' }, /one of refuse, continue/],
    [{ timeout_ms: 60_000 }, /has to be 100 to 10000/],
    [{ apis: API.id }, /has to be a list/],
    [{ api: [API.id] }, /did you mean apis/],
    [
      { apis: [API.id], events: ['before.sign-up'] },
      /line 1, column \d+: crm has apis, and before.sign-up is about no API/,
    ],
  ] as const
  for (const [change, problem] of table) t.match(await read({ ...good, ...change }), problem)
})

t.test('who may not sign up reads why, and there is no account; then there is one, told to the hook', async (t) => {
  const receiver = await hookReceiver(t, { verdict: 'refuse', message: 'Members of the club only.' })
  const events = ['before.sign-up', 'person.created']
  const server = await mailServer(t, await hookEnvironment(t, { url: receiver.url, events }))
  const visit = await server.asked('sign-up', 'eve@example.com')
  const choose = await visit.browser.submit(visit.check, '/check-mail', { code: visit.mail.code })
  const sent = { name: 'Eve', password: NEW_PASSWORD }
  const refused = await visit.browser.submit(choose, '/new-password', sent)
  t.match(refused, { statusCode: 403, body: /Members of the club only\./ })
  const people = () => server.db.selectFrom('people').select('id').where('id', '<>', server.personId).execute()
  t.strictSame(await people(), [])
  t.match(receiver.heard[0]?.body, { email: 'eve@example.com', email_verified: true, name: 'Eve', language: 'en' })

  receiver.answers((response) => void response.writeHead(500).end())
  t.equal((await visit.browser.submit(choose, '/new-password', sent)).statusCode, 503)
  t.strictSame(await people(), [])

  receiver.answers({ verdict: 'allow' })
  t.equal((await visit.browser.submit(choose, '/new-password', sent)).statusCode, 303)
  const [eve] = await people()
  receiver.heard.length = 0
  await sendDueEntries(server.deps, pino({ level: 'silent' }))
  t.match(receiver.heard, [{ event: 'person.created', body: { sub: eve?.id } }])
})

t.test('so does whoever comes from a provider for the first time; who has an account is not asked about', async (t) => {
  const receiver = await hookReceiver(t, { verdict: 'refuse', message: { en: 'Not from there.' } })
  const corp = await openUpstream(t)
  const environment = await hookEnvironment(
    t,
    { url: receiver.url, events: ['before.sign-up'] },
    { corp: corp.settings },
  )
  const server = await testServer(t, { ...environment, CORP_SECRET: UPSTREAM_SECRET })
  const come = async () => {
    corp.is({ sub: 'ada at corp', name: 'Ada' })
    const browser = new Browser(server.app)
    const page = await browser.open(authorizeUrl(pkcePair().challenge, { redirect_uri: CLAIMED_URI }))
    const away = await browser.submit(page, '/provider/corp')
    const back = await corp.travel()(String(away.headers.location))
    return browser.open(`${back.pathname}${back.search}`)
  }
  t.match(await come(), { statusCode: 403, body: /Not from there\./ })
  t.strictSame(await server.db.selectFrom('identities').selectAll().execute(), [])
  t.match(receiver.heard, [{ body: { name: 'Ada', provider: 'corp', email_verified: false } }])
  receiver.answers({ verdict: 'allow' })
  t.equal((await come()).statusCode, 303)
  receiver.answers({ verdict: 'refuse' })
  t.equal((await come()).statusCode, 303)
  t.equal(receiver.heard.length, 2)
})

t.test('a hook for an API that there is not keeps the server from starting, with its place', async (t) => {
  const hook = { url: 'https://crm.example.com/hooks', events: ['before.sign-in'] }
  const { db } = await testServer(t)
  const check = async (apis: readonly string[]) => {
    const environment = await hookEnvironment(t, { ...hook, apis })
    const hooks = await readHooks({ catalogueFile: environment.CATALOGUE_FILE }, environment)
    return requireKnownApis(db, hooks)
  }
  await check([API.id])
  await t.rejects(
    check([API.id, 'ordres']),
    /catalogue\.yml, line 1, column \d+: crm\.apis names ordres, which is no API/,
  )
})

t.test(
  'many at once are no way past a hook that continues: a code is asked about once, and nobody goes unasked',
  async (t) => {
    const receiver = await hookReceiver(t)
    const events = ['before.sign-in', 'before.token']
    const hook = { url: receiver.url, events, on_failure: 'continue', timeout_ms: 1000 }
    const server = await testServer(t, await hookEnvironment(t, hook))
    const site = await Website.open(server)
    const browser = new Browser(server.app)
    const { code } = answerOf(await logIn(browser, await site.send(browser, { scope: 'openid orders:read' })))
    const refuseSlowly = (event: string) =>
      receiver.answers((response, heard) => {
        const verdict = heard.event === event ? 'refuse' : 'allow'
        setTimeout(() => response.writeHead(200).end(JSON.stringify({ verdict })), 200)
      })
    const times = 40

    refuseSlowly('before.token')
    receiver.heard.length = 0
    const redeemed = await Promise.all(Array.from({ length: times }, () => site.redeem(code)))
    t.strictSame([...new Set(redeemed.map((answer) => answer.json().error))], ['access_denied'])
    t.equal(receiver.heard.length, 1)

    refuseSlowly('before.sign-in')
    receiver.heard.length = 0
    const asked = await Promise.all(Array.from({ length: times }, () => site.send(browser, { prompt: 'none' })))
    const answers = asked.map((answer) => answerOf(answer))
    t.ok(answers.every(({ code: got }) => got === undefined))
    t.ok(answers.some(({ error }) => error === 'access_denied'))
    t.ok(receiver.heard.length < 10, 'one person is asked about one after the other')
  },
)

t.test(
  'a place is waited for; of one person one question is under way, and others are not held up by theirs',
  async (t) => {
    const inPlace = openPlaces(2)
    const ends = new Map<string, () => void>()
    const began: string[] = []
    const ask = (person: string, name: string, millis = 60_000) =>
      inPlace(person, millis, () => {
        began.push(name)
        return new Promise<string>((resolve) => ends.set(name, () => resolve(name)))
      })
    const [first, second, other, third] = [ask('eve', 'e1'), ask('eve', 'e2'), ask('ada', 'a1'), ask('bob', 'b1')]
    await setImmediate()
    t.strictSame(began, ['e1', 'a1'])
    await t.rejects(ask('eve', 'e3', 1), /no place in time/)
    ends.get('e1')?.()
    t.equal(await first, 'e1')
    await setImmediate()
    t.strictSame(began, ['e1', 'a1', 'e2'])
    ends.get('a1')?.()
    ends.get('e2')?.()
    t.strictSame(await Promise.all([second, other]), ['e2', 'a1'])
    await setImmediate()
    ends.get('b1')?.()
    t.equal(await third, 'b1')
  },
)
