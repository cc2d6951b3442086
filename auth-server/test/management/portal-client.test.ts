// The portal's own application and API are nobody's to see or change: not a machine client's, not the operator's, not a file's.
import { createManagementClient, ManagementError } from '@mobile-api-gateway/sdk/management/index.ts'
import t from 'tap'
import { BY_COMMAND } from '../../src/audit/context.ts'
import { importCatalogue } from '../../src/catalogue/file/import.ts'
import { readCatalogueFile } from '../../src/catalogue/file/read.ts'
import { MANAGED_THINGS, type ManagedThing } from '../../src/commands/management/things.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { answerInProcess } from '../../src/management/in-process.ts'
import { machine } from '../support/management.ts'
import { portalServer } from '../support/portal.ts'
import { API, APP, ISSUER } from '../support/server.ts'

t.setTimeout(60_000)
const server = await portalServer(t)
const { db, deps } = server
const { ask } = await machine(server)
const { id: subscription } = await db
  .selectFrom('subscriptions')
  .where('api_id', '=', 'developer-portal')
  .select('id')
  .executeTakeFirstOrThrow()

function stored() {
  return Promise.all([
    db.selectFrom('applications').where('client_id', '=', 'portal').selectAll().execute(),
    db.selectFrom('apis').where('id', '=', 'developer-portal').selectAll().execute(),
    db.selectFrom('subscriptions').where('api_id', '=', 'developer-portal').selectAll().execute(),
  ])
}
const before = await stored()
t.equal(before.flat().length, 3)

const ANY = { 'if-match': '*' }
const REDIRECT = ['com.example.taken:/callback']
const WANTED = { plan: 'portal', scopes: [] }

t.test('a machine client with every scope finds nothing of it in lists, nor changes it', async (t) => {
  for (const list of ['/applications', '/apis', '/subscriptions', '/approvals', '/plans']) {
    const page = await ask('GET', list)
    t.equal(page.statusCode, 200, list)
    t.notMatch(page.body, /developer-portal|"client_id":"portal"/, list)
  }
  const asked = [
    ['GET', '/applications/portal'],
    ['PATCH', '/applications/portal', { redirect_uris: REDIRECT }],
    ['DELETE', '/applications/portal'],
    ['POST', '/applications/portal/suspend'],
    ['GET', '/applications/portal/secrets'],
    ['GET', '/applications/portal/checklist'],
    ['GET', '/applications/portal/people'],
    ['GET', '/apis/developer-portal'],
    ['DELETE', '/apis/developer-portal'],
    ['POST', '/apis/developer-portal/suspend'],
    ['GET', '/apis/developer-portal/document'],
    ['GET', `/subscriptions/${subscription}`],
    ['DELETE', `/subscriptions/${subscription}`],
    ['POST', `/subscriptions/${subscription}/suspend`],
    ['PATCH', `/approvals/${subscription}`, { trusted: false }],
    ['POST', '/subscriptions', { client_id: 'portal', api_id: API.id, plan: 'basic', scopes: [] }],
    ['POST', '/subscriptions', { client_id: APP.clientId, api_id: 'developer-portal', ...WANTED }],
  ] as const
  for (const [method, path, body] of asked) {
    const answer = await ask(method, path, { ...(body && { body }), headers: ANY })
    t.equal(answer.statusCode, 404, `${method} ${path} ${JSON.stringify(body)}: ${answer.body}`)
  }
  const mine = { name: 'Mine', resource: 'https://api.example.com/mine', scopes: [], plans: ['portal'] }
  const put = await ask('PUT', '/apis/developer-portal', { body: mine, headers: ANY })
  t.ok(put.statusCode >= 400 && put.statusCode < 500, put.body)
  t.strictSame(await stored(), before, 'all is as it was')
})

t.test('the operator’s commands find nothing of it either', async (t) => {
  const send = answerInProcess(deps, { authority: OPERATOR }, (cause) => t.fail(String(cause)))
  const client = createManagementClient({ issuer: ISSUER, credentials: 'none', fetch: send })
  const things: Readonly<Record<string, ManagedThing>> = MANAGED_THINGS
  const run = async (thing: string, action: string, args: readonly string[] = []) => {
    const verb = things[thing]?.verbs[action]
    if (!verb) throw new Error(`no ${thing} ${action}`)
    return verb.run({ client, issuer: ISSUER, deps, args, values: { yes: true }, isTerminal: false })
  }
  for (const thing of ['app', 'api', 'subscription', 'approval'])
    t.notMatch(JSON.stringify((await run(thing, 'list')).json), /developer-portal|"client_id":"portal"/, thing)
  const there = { app: 'portal', api: 'developer-portal', subscription }
  for (const [thing, id] of Object.entries(there))
    for (const action of ['show', 'suspend', 'remove', 'end'].filter((action) => things[thing]?.verbs[action]))
      await t.rejects(run(thing, action, [id]), ManagementError, `${thing} ${action}`)
  t.strictSame(await stored(), before, 'all is as it was')
})

const APP_LINES = 'name: Mine, kind: native, redirect_uris: [com.example.taken:/callback]'
const API_LINES = 'name: Mine, resource: https://api.example.com/mine, scopes: {}'
const FILES = {
  'its client ID': `applications: { portal: { ${APP_LINES} } }`,
  'its API': `apis: { developer-portal: { ${API_LINES}, plans: [portal] } }`,
  'a subscription to its API': `applications: { mine: { ${APP_LINES}, subscriptions: { developer-portal: { plan: portal, scopes: [] } } } }`,
}
for (const [what, text] of Object.entries(FILES))
  t.test(`a file cannot name ${what}; and one that does not, takes nothing away`, async (t) => {
    const imported = async (source: string) => {
      const file = await readCatalogueFile(source, {})
      if (!('apis' in file)) throw new Error(file.map((problem) => problem.text).join('\n'))
      const options = { issuer: ISSUER, context: BY_COMMAND, prune: true, takeOver: true }
      return importCatalogue(db, file, options)
    }
    await t.rejects(imported(text), /portal/)
    await imported('applications: {}')
    t.strictSame(await stored(), before, 'all is as it was')
  })
