// The first page of the portal: what to do first, and of what one has made, what waits for somebody.
import t from 'tap'
import { putMember } from '../../src/store/tables/application-members.ts'
import { machine } from '../support/management.ts'
import { atPortalAs, type PersonAtPortal, portalServer } from '../support/portal.ts'
import { API } from '../support/server.ts'

t.setTimeout(60_000)
const server = await portalServer(t)
const { ask } = await machine(server)
const ada = await atPortalAs(server, 'developer')
const bob = await atPortalAs(server, 'developer', { email: 'bob@example.com' })

async function overview({ browser }: PersonAtPortal): Promise<string> {
  const page = await browser.request('GET', '/portal')
  t.equal(page.statusCode, 200)
  return page.body
}

/** The rows that lead to applications, in their order. */
function appsOn(page: string): readonly string[] {
  return page.split('<li>').filter((row) => row.includes('href="/portal/applications/'))
}

let count = 0
async function appOf({ personId }: PersonAtPortal, name: string): Promise<string> {
  count += 1
  const body = { name, kind: 'native', redirect_uris: [`com.example.overview${count}:/callback`] }
  const { id: applicationId, client_id: clientId } = (await ask('POST', '/applications', { body })).json()
  await server.db.transaction().execute((trx) => putMember(trx, { applicationId, personId, role: 'owner' }))
  return String(clientId)
}

t.test('a developer without an application is told the one thing to do next', async (t) => {
  const page = await overview(ada)
  t.match(page, /<div class="empty"><p>You have no app here yet\.<\/p>/)
  t.match(page, /<a class="button" href="\/portal\/new-application">Register your first app<\/a>/)
  t.strictSame(appsOn(page), [])
})

t.test('applications are listed, those that wait for approval first and saying so; nobody else’s', async (t) => {
  const [alone, waiting, stopped, others] = [
    await appOf(ada, 'Alone'),
    await appOf(ada, 'Waiting <app>'),
    await appOf(ada, 'Stopped'),
    await appOf(bob, 'Of Bob'),
  ]
  const subscribe = (client: string) =>
    ask('POST', '/subscriptions', {
      body: { client_id: client, api_id: API.id, plan: 'basic', scopes: ['orders:read'] },
    })
  t.equal((await subscribe(waiting)).statusCode, 201)
  t.equal((await subscribe(others)).statusCode, 201)
  const { etag = '' } = (await ask('GET', `/applications/${stopped}`)).headers
  t.equal((await ask('POST', `/applications/${stopped}/suspend`, { headers: { 'if-match': etag } })).statusCode, 200)

  const page = await overview(ada)
  const [first, ...rest] = appsOn(page)
  t.match(first, `<code>${waiting}</code> <span class="badge">Waits for approval</span>`)
  t.match(first, 'Waiting &lt;app&gt;')
  t.equal(rest.length, 2)
  t.match(
    rest.find((row) => row.includes(alone)),
    'This app is subscribed to no API yet.',
  )
  t.match(
    rest.find((row) => row.includes(stopped)),
    '<span class="badge">Suspended</span>',
  )
  t.notMatch(page, /Of Bob|Register your first app/)
})

t.test('whoever approves or administers alone sees their sections, and no list of apps', async (t) => {
  const root = await atPortalAs(server, 'administrator')
  const page = await overview(root)
  t.match(page, 'href="/portal/administration"')
  t.notMatch(page, /Register your first app|Waits for approval|Register an app/)
})
