// A form that is not of this sign-in's own page, at every route of the portal: answered in it, in both languages; nothing is done, and what was typed into an old one is kept.
import { generateKeyPairSync } from 'node:crypto'
import t, { type Test } from 'tap'
import { portalRoutes } from '../../src/portal/index.ts'
import { PATHS } from '../../src/portal/paths.ts'
import { putMember } from '../../src/store/tables/application-members.ts'
import { insertRole } from '../../src/store/tables/person-roles.ts'
import { formsOf } from '../support/browser.ts'
import { everything } from '../support/everything.ts'
import { membersOf } from '../support/members.ts'
import { atPortalAs, portalServer } from '../support/portal.ts'
import { portalThings, urlAbout } from '../support/portal-things.ts'
import { API, ISSUER } from '../support/server.ts'

t.setTimeout(120_000)
const server = await portalServer(t, { MAIL_URL: 'smtp://127.0.0.1:1', MAIL_FROM: 'no-reply@example.com' })
const { db, deps } = server
const root = await atPortalAs(server, 'administrator')
await db.transaction().execute((trx) => insertRole(trx, { personId: root.personId, role: 'developer', apiId: null }))
const things = await portalThings(server, root, 1)
const forms = Object.entries(portalRoutes(deps)).filter(([, { POST }]) => POST)

/** A request for use of an API, of an application that is nobody's of this test. */
async function request(): Promise<string> {
  const id = await server.register({ clientId: 'asks', name: 'Asks', redirectUris: ['com.example.asks:/cb'] })
  await db.updateTable('subscriptions').set({ status: 'pending' }).where('application_id', '=', id).execute()
  return (await db.selectFrom('subscriptions').where('application_id', '=', id).select('id').executeTakeFirstOrThrow())
    .id
}
const [member, asks] = await membersOf(server)
const ids = { ...things, subscription: await request(), member, request: asks }

async function send(url: string, fields: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>>) {
  await db.deleteFrom('attempts').execute()
  const cookie = [...root.browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const payload = new URLSearchParams(fields).toString()
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  return server.app.inject({ method: 'POST', url, payload, headers: { cookie, ...type, ...headers } })
}

const OURS = { origin: ISSUER, 'sec-fetch-site': 'same-origin' }
const OLD = 'x'.repeat(43)
const NOT_OURS: readonly (readonly [what: string, csrf: string, headers: Record<string, string>])[] = [
  ['of another origin', root.csrf, { origin: 'https://evil.example' }],
  ['of another site', root.csrf, { 'sec-fetch-site': 'cross-site' }],
  ['of a sibling', root.csrf, { 'sec-fetch-site': 'same-site' }],
  ['old, and no browser says whose', OLD, {}],
  ['without a token, and no browser says whose', '', {}],
  ['old, of who knows where', OLD, { origin: 'null' }],
]
const TYPED = {
  address: 'https://typed.example.com/cb',
  name: 'Typed name',
  email: 'typed@example.com',
  as: 'owner',
  reason: 'Typed reason',
  package: 'com.example.typed',
  digests: 'ab'.repeat(32),
  jwks: JSON.stringify(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })),
  'scope:orders:read': '1',
  offer: 'every',
  etag: '*',
  last: 'yes',
  kind: 'native',
  redirect: 'com.example.typed:/cb',
  key: 'typed',
}

/** All but what counts forms, and what notes who looked at people. */
function state(): Promise<string> {
  return everything(db, ['attempts', 'audit_events', 'audit_details'])
}

async function isUnchanged(t: Test, before: string): Promise<void> {
  t.equal(await state(), before, 'nothing has changed')
}

for (const [language, title, button] of [
  ['en', 'This was not done', 'Open the page anew'],
  ['de', 'Das wurde nicht ausgeführt', 'Seite neu öffnen'],
] as const)
  t.test(`a form that no browser says to be ours is kept nowhere, in ${language}`, async (t) => {
    await db.updateTable('people').set({ language }).execute()
    const before = await state()
    for (const [pattern, route] of forms)
      for (const [what, csrf, headers] of NOT_OURS) {
        const answer = await send(urlAbout(pattern, ids), { ...TYPED, csrf }, headers)
        t.match(answer, { statusCode: 403, body: `<h1>${title}</h1>` }, `${pattern}: ${what}`)
        const page = urlAbout('on' in route ? route.on : pattern, ids)
        t.match(answer.body, `<a class="button" href="${page}">${button}</a>`)
        t.match(answer.body, 'action="/portal/sign-out"')
        t.notMatch(answer.body, /typed/i)
      }
    await isUnchanged(t, before)
  })

/** What of it is kept on the page of each route that keeps something. */
const KEPT: Readonly<Record<string, RegExp>> = {
  [PATHS.newApplication]: /com\.example\.typed:\/cb/,
  [PATHS.applicationField]: /value="Typed name"/,
  [PATHS.applicationAddresses]: /value="https:\/\/typed\.example\.com\/cb"/,
  [PATHS.applicationKeys]: /<textarea[^>]*>\s*\{&quot;kty&quot;:&quot;EC&quot;/,
  [PATHS.applicationPhones]: /value="com\.example\.typed"/,
  [PATHS.applicationSignIn]: /value="every" checked/,
  [PATHS.applicationPeople]: /value="typed@example\.com".*value="owner" checked/s,
  [PATHS.subscribeReview]: /name="scope:orders:read"[^>]* checked/,
  [PATHS.approve]: /Typed reason/,
  [PATHS.decline]: /Typed reason/,
  [PATHS.invitations]: /value="typed@example\.com".*value="Typed name"/s,
  [PATHS.membersOfApi]: /value="typed@example\.com"/,
  [PATHS.membershipDecision]: /Typed reason/,
  [PATHS.newOwner]: /value="typed@example\.com"/,
  [PATHS.waysOfApi]: /value="every" checked/,
}

t.test('an old form of our own page: its page stands there again, with what was typed, and can be sent', async (t) => {
  await db.updateTable('people').set({ language: 'en' }).execute()
  await db.updateTable('apis').set({ managed_by: 'portal' }).where('id', '=', API.id).execute()
  t.strictSame(
    Object.keys(KEPT).sort(),
    forms.flatMap(([pattern, { keepsTyped }]) => (keepsTyped ? [pattern] : [])).sort(),
  )
  const before = await state()
  for (const csrf of [OLD, ''])
    for (const [pattern] of forms) {
      const url = urlAbout(pattern, ids)
      const answer = await send(url, { ...TYPED, csrf }, OURS)
      t.equal(answer.statusCode, 403, pattern)
      const kept = KEPT[pattern]
      if (!kept) {
        t.match(answer.body, '<h1>This was not done</h1>', pattern)
        continue
      }
      t.match(answer.body, /This was not saved.*from before your last sign-in.*send it once more/s, pattern)
      t.match(answer.body, kept, pattern)
      const again = formsOf(answer.body).filter(({ action }) => action === url)
      t.ok(
        again.some(({ hidden }) => hidden.csrf === root.csrf),
        `${pattern} can be sent again`,
      )
    }
  await isUnchanged(t, before)
})

t.test('sent again from there it is done; what is somebody else’s is still not there', async (t) => {
  const url = urlAbout(PATHS.applicationField, ids)
  const refused = await send(url, { name: 'Another name', csrf: OLD, etag: '"x"' }, OURS)
  const [again] = formsOf(refused.body).filter(({ action }) => action === url)
  t.equal((await send(url, { ...again?.hidden, name: 'Another name' }, OURS)).statusCode, 303)
  const id = await server.register({ clientId: 'theirs', name: 'Theirs', redirectUris: ['com.example.theirs:/cb'] })
  const eve = await atPortalAs(server, 'developer')
  await db.transaction().execute((trx) => putMember(trx, { applicationId: id, personId: eve.personId, role: 'owner' }))
  const theirs = urlAbout(PATHS.applicationField, { ...ids, application: 'theirs' })
  t.match(await send(theirs, { name: 'Mine', csrf: OLD }, OURS), { statusCode: 404, body: /This is not here/ })
  const secret = JSON.stringify(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }))
  const shown = await send(urlAbout(PATHS.applicationKeys, ids), { jwks: secret, csrf: OLD }, OURS)
  t.match(shown, { statusCode: 400, body: /private key in it/ })
  t.notMatch(shown.body, '&quot;d&quot;', 'which is shown to nobody again')
})
