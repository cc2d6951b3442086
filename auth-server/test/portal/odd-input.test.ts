// Odd addresses and forms at every route of the portal: answered in the portal, by what is wrong with them, and never by a 500.
import type { LightMyRequestResponse } from 'fastify'
import t, { type Test } from 'tap'
import { portalRoutes } from '../../src/portal/index.ts'
import { putMember } from '../../src/store/tables/application-members.ts'
import { insertRole } from '../../src/store/tables/person-roles.ts'
import { machine } from '../support/management.ts'
import { atPortalAs, type PersonAtPortal, portalServer } from '../support/portal.ts'
import { portalThings, urlAbout } from '../support/portal-things.ts'

t.setTimeout(240_000)
const server = await portalServer(t)
const { app, db, deps, log } = server
const routes = Object.entries(portalRoutes(deps))
let people = 0

/** Somebody new, in every role: nobody is refused for what the test before has sent. */
async function somebody(): Promise<PersonAtPortal> {
  people += 1
  const found = await atPortalAs(server, 'administrator', { email: `ada-${people}@example.com` })
  await db.transaction().execute((trx) => insertRole(trx, { personId: found.personId, role: 'developer', apiId: null }))
  return found
}

const FORM = 'application/x-www-form-urlencoded'

async function send(who: PersonAtPortal, method: 'GET' | 'POST', url: string, payload?: string, type = FORM) {
  await db.deleteFrom('attempts').execute()
  const cookie = [...who.browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const body = payload === undefined ? {} : { payload }
  return app.inject({
    method,
    url,
    headers: { cookie, ...(payload !== undefined && { 'content-type': type }) },
    ...body,
  })
}

/** The answer is one of these, and where it refuses, it is a page of the portal. */
function inPortal(t: Test, what: string, { statusCode, body }: LightMyRequestResponse, wanted: readonly number[]) {
  const isThere = statusCode < 400 || body.includes('action="/portal/sign-out"')
  if (wanted.includes(statusCode) && isThere) return
  t.fail(`${what.slice(0, 120)} is answered by ${statusCode} ${body.slice(0, 100)}`)
}

const ODD = [
  '%00',
  'a%00b',
  '%f0%9f%98%80',
  '..%2f..',
  "'--",
  '__proto__',
  'x'.repeat(5000),
  '%ff',
  '%zz',
  '%',
] as const
const LONGEST = 'x'.repeat(128)

t.test('ids that no thing has: nobody is found by them, in any place of any address', async (t) => {
  for (const part of [0, 1]) {
    const who = await somebody()
    for (const [pattern, route] of routes.filter(([pattern]) => pattern.includes(':')))
      for (const id of [...ODD, LONGEST].filter((_, index) => index % 2 === part)) {
        const url = pattern.replace(/:\w+/g, id)
        if ('GET' in route) inPortal(t, `GET ${url}`, await send(who, 'GET', url), [400, 404])
        if (!route.POST) continue
        const done = await send(who, 'POST', url, `csrf=${encodeURIComponent(who.csrf)}`)
        // Where there is nobody to do it to, some forms lead back to their page, which says so.
        inPortal(t, `POST ${url}`, done, [303, 400, 404])
      }
  }
  t.notMatch(log.join('\n'), '"level":50')
})

const NAMES =
  'q cursor name kind redirect app client api by from to type outcome status role email person platform news sign plan'
const FIELDS = `${NAMES} address remove etag jwks keep key secret as withdraw value package digests team bundle attestation check reason trusted scopes roles groups`

t.test(
  'what nothing here is called, in a query or a form: said in the portal, and nothing is asked of the database',
  async (t) => {
    for (const odd of ['%00', 'a%00b', '%ff', '%zz', 'x'.repeat(5000), '__proto__']) {
      const who = await somebody()
      const all = (names: string) =>
        names
          .split(' ')
          .map((name) => `${name}=${odd}`)
          .join('&')
      const there = await portalThings(server, who, people)
      for (const [pattern, route] of routes) {
        const url = urlAbout(pattern, there)
        if ('GET' in route)
          for (const query of [all(NAMES), ...NAMES.split(' ').map((name) => `${name}=${odd}`)].slice(
            0,
            pattern.includes(':') ? 1 : 30,
          ))
            inPortal(t, `GET ${url}?${query}`, await send(who, 'GET', `${url}?${query}`), [200, 303, 400, 403, 404])
        if (!route.POST || pattern.endsWith('/sign-out')) continue
        const done = await send(who, 'POST', url, `csrf=${encodeURIComponent(who.csrf)}&${all(FIELDS)}`)
        inPortal(t, `POST ${url} ${odd}`, done, [200, 303, 400, 403, 404, 409, 412, 413])
      }
    }
    t.notMatch(log.join('\n'), '"level":50')
  },
)

t.test('a form that is too long, of another kind, or no form: 413, 415 and 400 in the portal', async (t) => {
  const who = await somebody()
  const there = await portalThings(server, who, people)
  for (const [pattern, { POST, takesFile }] of routes) {
    if (!POST) continue
    const url = urlAbout(pattern, there)
    const long = `csrf=${encodeURIComponent(who.csrf)}&name=${'x'.repeat(70_000)}`
    inPortal(t, `too long: ${url}`, await send(who, 'POST', url, long), [413])
    inPortal(t, `JSON: ${url}`, await send(who, 'POST', url, '{"csrf":1}', 'application/json'), [415])
    inPortal(t, `latin-1: ${url}`, await send(who, 'POST', url, 'csrf=x', `${FORM}; charset=latin1`), [415])
    inPortal(t, `no text: ${url}`, await send(who, 'POST', url, 'csrf=%ff&%zz'), [400])
    if (takesFile) inPortal(t, `no file: ${url}`, await send(who, 'POST', url, 'x', 'multipart/form-data'), [400])
  }
  t.notMatch(log.join('\n'), '"level":50')
})

t.test(
  'an address that is no page: said in the portal to who is signed in, and to nobody else what there is',
  async (t) => {
    const who = await somebody()
    for (const path of [
      '/portal/%ff',
      '/portal/nothing',
      '/portal/a/b/c/d',
      '/portal/%',
      `/portal/${'x'.repeat(9000)}`,
      '/portal/applications//x',
    ]) {
      const page = await send(who, 'GET', path)
      t.match(page, { statusCode: 404, body: /This is not here/ }, path.slice(0, 40))
      inPortal(t, path, page, [404])
      inPortal(t, path, await send(who, 'POST', path, 'x=y'), [404])
      const stranger = await app.inject({ url: path, headers: { accept: 'text/html' } })
      t.match(stranger, { statusCode: 404, headers: { 'content-type': /^text\/html/ } })
      t.notMatch(stranger.body, 'sign-out')
    }
  },
)

t.test('an application whose client ID is as long as one may be has its pages', async (t) => {
  const who = await somebody()
  const id = await server.register({ clientId: LONGEST, name: 'Long', redirectUris: ['https://long.example.com/cb'] })
  await db.transaction().execute((trx) => putMember(trx, { applicationId: id, personId: who.personId, role: 'owner' }))
  t.equal((await send(who, 'GET', `/portal/applications/${LONGEST}`)).statusCode, 200)
  const { ask } = await machine(server)
  t.equal((await ask('GET', `/applications/${LONGEST}`)).statusCode, 200)
})
