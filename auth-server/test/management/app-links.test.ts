// A developer has the links of their app checked: what phones read is fetched from this server alone, and the checklist has the outcome.
import { createServer, type RequestListener } from 'node:http'
import t, { type Test } from 'tap'
import { firstProblem } from '../../src/catalogue/app-links/check.ts'
import { LIMITS } from '../../src/limits/table.ts'
import { checklistOf } from '../../src/management/checklist.ts'
import { listEvidence, noteAppLinkCheck } from '../../src/store/tables/application-evidence.ts'
import { PLAY_DIGEST } from '../support/app-identity.ts'
import { machine } from '../support/management.ts'
import { onTheInternet } from '../support/on-the-internet.ts'
import { inRole } from '../support/portal-actor.ts'
import { API, type TestServer, testServer } from '../support/server.ts'
import { listen, testSite } from '../support/site.ts'

const RECORD = {
  android: { package: 'com.example.shop', certificate_digests: [PLAY_DIGEST] },
  apple: { team: 'ABCDE12345', bundle: 'com.example.shop' },
}

/** An approved application of a developer, with a record that an administrator has confirmed. */
async function confirmedApp(server: TestServer) {
  const dev = await inRole(server, 'dev@example.com', { role: 'developer' })
  const root = await inRole(server, 'root@example.com', { role: 'administrator' })
  const redirect_uris = ['https://app.example.com/callback']
  const created = Object(
    (await dev.ask('applications.create', { body: { name: 'A', kind: 'native', redirect_uris } })).body,
  )
  const params = { client_id: String(created.client_id) }
  const wish = { ...params, api_id: API.id, plan: 'basic', scopes: [] }
  const wished = await dev.ask('subscriptions.create', { body: wish })
  const check = () => dev.ask('applications.check_app_links', { params })
  const item = async () => {
    const { items } = Object((await dev.ask('applications.checklist', { params })).body)
    return items.find((each: Readonly<{ item: string }>) => each.item === 'app_links')
  }
  const approve = async () => {
    await root.ask('approvals.approve', { params: { subscription_id: Object(wished.body).id }, body: {} })
    await root.ask('applications.confirm_identity', { params, ifMatch: '*' })
  }
  const set = (body: object) => dev.ask('applications.set_identity', { params, body, ifMatch: '*' })
  return { id: String(created.id), params, dev, root, check, item, approve, set }
}

t.test('each file by itself, and why phones are told nothing; what is wrong stands in the checklist', async (t) => {
  const site = await testSite(t)
  const { check, item, set } = await confirmedApp(site)
  t.match(await check(), { status: 404 }, 'there is no record to hold anything against')
  await set(RECORD)
  t.match(await check(), {
    status: 200,
    body: {
      verified: false,
      record: ['not_approved', 'not_confirmed'],
      documents: [
        { system: 'android', findings: [{ problem: 'app_missing', detail: 'com.example.shop' }] },
        { system: 'apple', findings: [{ problem: 'links_missing', detail: 'ABCDE12345.com.example.shop' }] },
      ],
    },
  })
  t.match(await item(), { status: 'warning', seen: 'not_approved' })
})

t.test('what is told to phones is found to be so, and another record was not checked', async (t) => {
  const site = await testSite(t)
  const { check, item, approve, set } = await confirmedApp(site)
  await set(RECORD)
  await approve()
  const { body } = await check()
  t.strictSame(body, {
    verified: false,
    record: [],
    server: ['this_machine'],
    documents: [
      { system: 'android', address: `${site.origin}/.well-known/assetlinks.json`, findings: [] },
      { system: 'apple', address: `${site.origin}/.well-known/apple-app-site-association`, findings: [] },
    ],
  })
  t.match(await item(), { status: 'warning', seen: 'this_machine' }, 'as it was found last')
  await set({ ...RECORD, android: null })
  t.match(await item(), { status: 'not_seen' }, 'nobody has checked this record')
})

t.test(
  'verified is said when all of it is right: by https, of a public address, with each file as it should be',
  async (t) => {
    const server = await testServer(t, { ISSUER: 'https://login.example.com' })
    const { params, root, check, item, approve, set } = await confirmedApp(server)
    await onTheInternet(t, server.app, 'login.example.com')
    await set(RECORD)
    await approve()
    const { body } = await check()
    t.strictSame(body, {
      verified: true,
      record: [],
      server: [],
      documents: [
        { system: 'android', address: 'https://login.example.com/.well-known/assetlinks.json', findings: [] },
        {
          system: 'apple',
          address: 'https://login.example.com/.well-known/apple-app-site-association',
          findings: [],
        },
      ],
    })
    t.match(await item(), { status: 'done' })
    t.match(await root.ask('applications.suspend', { params }), { status: 200 })
    t.match(await item(), { status: 'not_seen' }, 'phones are told nothing of a suspended app')
    t.match(await root.ask('applications.restore', { params }), { status: 200 })
    t.match(await item(), { status: 'done' }, 'and again of the same, once it is restored')
    await set({ ...RECORD, apple: null })
    t.match(
      await check(),
      { body: { verified: false, record: ['not_confirmed'] } },
      'another record is another question',
    )
  },
)

const ANSWERS: Readonly<Record<string, readonly [RequestListener, object]>> = {
  'not found': [(_request, response) => response.writeHead(404).end(), { problem: 'status', detail: '404' }],
  'wrong content type': [
    (_request, response) => response.setHeader('content-type', `text/html; ${'x'.repeat(2000)}`).end('[]'),
    { problem: 'content_type', detail: `text/html; ${'x'.repeat(189)}` },
  ],
  'a redirect': [
    (_request, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
    { problem: 'redirected', detail: '302 http://169.254.169.254/' },
  ],
  'nobody answers': [(_request, response) => void response.destroy(), { problem: 'unreachable', detail: null }],
}

for (const [what, [answer, finding]] of Object.entries(ANSWERS))
  t.test(`${what}: said by a word, and nothing but the two files is fetched`, async (t) => {
    const fetched: string[] = []
    const port = await listen(
      t,
      createServer((request, response) => {
        fetched.push(`${request.method} ${request.url}`)
        answer(request, response)
      }),
    )
    const { check, approve, set } = await confirmedApp(await testServer(t, { ISSUER: `http://localhost:${port}` }))
    await set(RECORD)
    await approve()
    t.match(await check(), { body: { documents: [{ findings: [finding] }, { findings: [finding] }] } })
    t.strictSame(fetched.sort(), ['GET /.well-known/apple-app-site-association', 'GET /.well-known/assetlinks.json'])
  })

t.test('a server whose name leads into a private network is not asked, and the address is not told', async (t) => {
  const { check, set } = await confirmedApp(await testServer(t, { ISSUER: 'https://10.1.2.3' }))
  await set(RECORD)
  const { body } = await check()
  t.match(body, { documents: [{ findings: [{ problem: 'not_public', detail: null }] }, {}] })
})

t.test('a developer has links checked as often as the table says, and others are not kept from it', async (t) => {
  const server = await testServer(t, { ISSUER: 'https://10.1.2.3' })
  const { check, params, set } = await confirmedApp(server)
  await set(RECORD)
  for (let n = 0; n < LIMITS.appLinkChecks.allowed; n++) t.equal((await check()).status, 200)
  t.match(await check(), { status: 429, body: { code: 'too_many_requests' } })
  const { ask } = await machine(server)
  const path = `/applications/${params.client_id}/app-links-check`
  t.match((await ask('POST', path)).json(), { verified: false })
})

t.test('a record that changes while it is checked is not taken for checked', async (t: Test) => {
  let change: () => Promise<unknown> = async () => undefined
  const port = await listen(
    t,
    createServer((_request, response) => void change().then(() => response.writeHead(404).end())),
  )
  const { check, item, set } = await confirmedApp(await testServer(t, { ISSUER: `http://localhost:${port}` }))
  await set(RECORD)
  change = () => set({ ...RECORD, android: null })
  t.match(await check(), { status: 409 })
  t.match(await item(), { status: 'not_seen' })
})

t.test('what was wrong is over with the next check that finds nothing, on the same day', async (t) => {
  const { db, applicationId } = await testServer(t)
  const item = async () => checklistOf(await listEvidence(db, applicationId)).find((each) => each.item === 'app_links')
  const note = (problem?: string) => db.transaction().execute((trx) => noteAppLinkCheck(trx, applicationId, problem))
  t.equal(firstProblem({ record: [], server: [], documents: [] }), undefined)
  await note()
  t.match(await item(), { status: 'done' })
  await note('status')
  await note('content_type')
  t.match(await item(), { status: 'warning', seen: 'content_type' })
  await note()
  t.match(await item(), { status: 'done', seen: null })
})
