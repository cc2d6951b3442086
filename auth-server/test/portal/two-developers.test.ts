// Two developers see nothing of each other in the portal: every id of one, in every address, query and form of the other.
import t from 'tap'
import { portalRoutes } from '../../src/portal/index.ts'
import { formsOf } from '../support/browser.ts'
import { atPortalAs, portalServer, post } from '../support/portal.ts'
import { urlAbout } from '../support/portal-things.ts'
import { API } from '../support/server.ts'

t.setTimeout(120_000)
const server = await portalServer(t)
const ada = await atPortalAs(server, 'developer', { email: 'ada-dev@example.com' })
const bob = await atPortalAs(server, 'developer', { email: 'bob-dev@example.com' })
const routes = Object.entries(portalRoutes(server.deps))
/** The parameters of addresses that name what is somebody's; each other one names what is everybody's, or an administrator's. */
const OWNED = new Set(['application', 'client', 'secret', 'subscription', 'person'])

/** A website of somebody with two secrets and a request for an API: what each parameter of an address can name. */
async function thingsOf(who: typeof ada): Promise<Readonly<Record<string, string>>> {
  const NEW = '/portal/new-application'
  const url = `${NEW}?${new URLSearchParams({ name: 'Bobs own', kind: 'web', redirect: 'https://own.example.com/cb' })}`
  const [form] = formsOf((await who.browser.request('GET', url)).body).filter(({ action }) => action === NEW)
  const made = await post(who, NEW, form?.hidden)
  const [client = ''] = /client_[\w-]{22}/.exec(made.body + made.headers.location) ?? []
  await post(who, `/portal/applications/${client}/secrets`)
  const secrets = (await who.browser.request('GET', `/portal/applications/${client}/secrets`)).body
  const [, secret = ''] = /\/secrets\/([\w-]{8})\/end/.exec(secrets) ?? []
  const sent = await post(who, `/portal/apis/${API.id}/subscribe/basic/${client}`, { 'scope:orders:read': '1' })
  const subscription = sent.headers.location?.split('/').at(-1) ?? ''
  if (client === '' || secret === '' || !subscription.startsWith('sub_')) throw new Error('nothing to look for')
  return { application: client, client, secret, subscription, person: who.personId }
}

const ofBob = await thingsOf(bob)
const nobodys = {
  application: `client_${'A'.repeat(22)}`,
  client: `client_${'A'.repeat(22)}`,
  secret: 'AAAAAAAA',
  subscription: `sub_${'A'.repeat(22)}`,
  person: `usr_${'A'.repeat(22)}`,
}
const EVERYBODYS = { api: API.id, plan: 'basic', list: 'redirect_uris', field: 'name', step: 'suspend' }
const NAMES = Object.values(ofBob)

/** Whatever a page or form could name it by. */
function named(things: Readonly<Record<string, string>>) {
  const { client = '', subscription = '', person = '', secret = '' } = things
  return { app: client, client, application: client, subscription, person, person_id: person, secret, cursor: '' }
}

/** What Bob sees of what is his. */
async function stateOfBob() {
  const paths = ['', '/secrets', '/people', '/addresses/redirect_uris'].map(
    (at) => `/portal/applications/${ofBob.client}${at}`,
  )
  const pages = [...paths, `/portal/subscriptions/${ofBob.subscription}`, '/portal/usage', '/portal/applications']
  const bodies = await Promise.all(pages.map(async (path) => (await bob.browser.request('GET', path)).body))
  return bodies.map((body) => body.slice(body.indexOf('<main>')).replace(/<time[^>]*>[^<]*<\/time>/g, ''))
}

t.test('every id of developer B in every address of developer A: 404, as of one that is not there', async (t) => {
  const before = await stateOfBob()
  let asked = 0
  for (const [pattern, route] of routes) {
    const parameters = [...pattern.matchAll(/:(\w+)/g)].map(([, name = '']) => name)
    if (!parameters.some((name) => OWNED.has(name))) continue
    asked += 1
    const answers = async (things: Readonly<Record<string, string>>) => {
      const url = urlAbout(pattern, { ...EVERYBODYS, ...things })
      const seen = 'GET' in route ? [await ada.browser.request('GET', url)] : []
      const done = route.POST
        ? [await post(ada, url, { etag: '*', version: '*', name: 'Adas now', remove: 'yes' })]
        : []
      return [...seen, ...done].map(({ statusCode, headers, body }) => ({
        statusCode,
        location: headers.location?.replaceAll(/client_[\w-]{22}|sub_[\w-]{22}/g, ''),
        body,
      }))
    }
    const [theirs, none] = [await answers(ofBob), await answers(nobodys)]
    for (const { statusCode, body } of theirs) {
      t.ok([403, 404].includes(statusCode), `${pattern} is answered by ${statusCode}`)
      t.notOk(NAMES.some((name) => body.includes(name)) || body.includes('Bobs own'), `${pattern} tells nothing`)
    }
    t.strictSame(
      theirs.map(({ statusCode, location }) => [statusCode, location]),
      none.map(({ statusCode, location }) => [statusCode, location]),
      pattern,
    )
  }
  t.ok(asked >= 25, `${asked} addresses`)
  t.strictSame(await stateOfBob(), before, 'and nothing of it has changed')
})

t.test('no list, filter, choice or form of developer A shows or takes anything of developer B', async (t) => {
  const before = await stateOfBob()
  const byAnyName = named(ofBob)
  for (const [pattern, route] of routes) {
    if (/:\w+/.test(pattern.replace(/:(api|plan)\b/g, ''))) continue
    const url = urlAbout(pattern, EVERYBODYS)
    const queries = [{}, ...Object.entries(byAnyName).map(([name, value]) => ({ [name]: value }))]
    for (const query of 'GET' in route ? queries : []) {
      const { body, statusCode } = await ada.browser.request('GET', `${url}?${new URLSearchParams(query)}`)
      t.ok(statusCode < 500, url)
      t.notOk(body.includes('Bobs own') || body.includes(bob.email), `${url} ${JSON.stringify(query)}`)
    }
    if (!route.POST || pattern.endsWith('/sign-out') || pattern.endsWith('/new-application')) continue
    const { body } = await post(ada, url, { ...byAnyName, path: '/', name: 'x' })
    t.notOk(body.includes('Bobs own'), `a form at ${url}`)
  }
  t.strictSame(await stateOfBob(), before, 'and nothing of it has changed')
})
