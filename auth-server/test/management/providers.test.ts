// Identity providers as administrators read them, in the API and in the portal: how each fares, what is registered there, who offers it, and no secret.
import { createServer } from 'node:http'
import t from 'tap'
import { defineApi } from '../../src/catalogue/apis.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { machine } from '../support/management.ts'
import { atPortalAs, portalServer } from '../support/portal.ts'
import { inRole } from '../support/portal-actor.ts'
import { IDP, samlKey } from '../support/saml.ts'
import { API } from '../support/server.ts'
import { listen } from '../support/site.ts'
import { catalogueOf, closeServer, openUpstream } from '../support/upstream.ts'

const CHECK_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const corp = await openUpstream(t)
const { certificate } = await samlKey()
const check = createServer((_request, response) => response.writeHead(500).end())
const url = `http://localhost:${await listen(t, check)}/check?key=of-the-operator`
const environment = await catalogueOf(t, {
  corp: { ...corp.settings, email_domains: ['corp.example'] },
  partner: {
    kind: 'saml',
    entity_id: IDP,
    sign_in_url: 'https://idp.invalid/sso?tenant=7',
    certificates: [certificate],
  },
  legacy: { kind: 'http', label: 'Old Shop', url, secret_variable: 'SHOP_SECRET' },
  bank: { ...corp.settings, label: 'Bank', issuer: 'https://bank.invalid', use: 'link-only' },
})
const server = await portalServer(t, { ...environment, SHOP_SECRET: CHECK_SECRET })
const { db, deps, config } = server
const root = await inRole(server, 'root@example.com', { role: 'administrator' })

interface Listed {
  readonly items: readonly Readonly<Record<string, unknown>>[]
}
async function listed(): Promise<ReadonlyMap<unknown, Readonly<Record<string, unknown>>>> {
  const { body } = await root.ask('providers.list')
  const { items }: Listed = JSON.parse(JSON.stringify(body))
  return new Map(items.map((item) => [item.name, item]))
}

t.test('each has its kind, addresses and end of certificates; nothing of it is a secret', async (t) => {
  const found = await listed()
  t.strictSame([...found.keys()], ['corp', 'partner', 'legacy', 'bank'])
  const at = (name: string, address: string) => `${config.issuer}/federation/${name}/${address}`
  t.match(found.get('corp'), { kind: 'oidc', label: 'Example Corp', issuer: corp.origin, link_only: false })
  t.strictSame(found.get('corp')?.addresses, { callback: at('corp', 'callback'), logout: at('corp', 'logout') })
  t.strictSame(found.get('partner')?.addresses, { acs: at('partner', 'acs'), metadata: at('partner', 'metadata') })
  t.match(found.get('partner'), { endpoint: 'https://idp.invalid/sso', issuer: `saml:${IDP}` })
  const ends = found.get('partner')?.certificates_end_at
  t.ok(Array.isArray(ends) && ends.length === 1 && Date.parse(ends[0]) > Date.now())
  const [withoutQuery] = url.split('?')
  t.match(found.get('legacy'), { endpoint: withoutQuery, issuer: `http-check:${withoutQuery}`, addresses: {} })
  t.match(found.get('bank'), { link_only: true, offered: { open_apis: 0 } })
  const told = JSON.stringify([...found.values()])
  for (const secret of [environment.CORP_SECRET ?? '', CHECK_SECRET, 'of-the-operator']) t.notMatch(told, secret)
})

t.test('whether it can be reached, and what went wrong, in one sentence', async (t) => {
  const legacy = deps.providers.find('legacy')
  const answer = { redirectUri: '', state: '', nonce: '', codeVerifier: '', isFresh: false, ownPage: '' }
  const typed = new URLSearchParams({ name: 'bob', password: 'his' })
  await t.rejects(Promise.resolve(legacy?.finish({ ...answer, parameters: typed })))
  const before = (await listed()).get('legacy')
  t.match(before, { down: true, last_trouble: { because: /answered 500/ } })
  await closeServer(check)
  t.match((await listed()).get('corp'), { down: false, last_trouble: null })
})

t.test('who names it, and how many offer every way', async (t) => {
  const open = (await listed()).get('corp')?.offered
  t.match(open, { apis: [], applications: [], open_apis: 1 })
  await defineApi(db, { ...API, signIn: { providers: ['corp', 'own'] } }, OPERATOR)
  const found = await listed()
  t.strictSame(found.get('corp')?.offered, { apis: [API.id], applications: [], open_apis: 0 })
  t.strictSame(found.get('legacy')?.offered, { apis: [], applications: [], open_apis: 0 })
  const choice = JSON.stringify({ providers: ['corp'] })
  await db.updateTable('applications').set({ sign_in: choice }).where('client_id', '=', 'shop-app').execute()
  t.strictSame((await listed()).get('corp')?.offered, { apis: [API.id], applications: ['shop-app'], open_apis: 0 })
})

t.test('nobody but administrators, and machines that were given it, are told', async (t) => {
  const developer = await inRole(server, 'dev@example.com', { role: 'developer' })
  t.match(await developer.ask('providers.list'), { status: 403, body: { code: 'insufficient_scope' } })
  const { ask } = await machine(server, ['health:read'])
  t.equal((await ask('GET', '/providers')).statusCode, 403)
  const reader = await machine(server, ['providers:read'])
  t.equal((await reader.ask('GET', '/providers')).statusCode, 200)
})

t.test('in the portal: the list, each with its addresses to copy, and no page for anybody else', async (t) => {
  const chief = await atPortalAs(server, 'administrator')
  const page = async (path: string) => chief.browser.request('GET', `/portal/administration${path}`)
  t.match(await page(''), { body: 'href="/portal/administration/providers"' })
  t.match(await page('/providers'), { statusCode: 200, body: /Example Corp[\s\S]*Old Shop[\s\S]*cannot be reached/ })
  const one = await page('/providers/partner')
  t.match(one.body, /data-copy>[\s\S]*\/federation\/partner\/acs<[\s\S]*\/federation\/partner\/metadata</)
  t.match((await page('/providers/legacy')).body, /answered 500[\s\S]*Nothing has to be registered/)
  t.equal((await page('/providers/nobody')).statusCode, 404)
  const other = await atPortalAs(server, 'developer')
  for (const path of ['/providers', '/providers/corp'])
    t.equal((await other.browser.request('GET', `/portal/administration${path}`)).statusCode, 404)
})
