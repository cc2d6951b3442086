// What owners alone do is not offered to who works on an application with them: its pages say who may, in both languages, and a form posted by hand changes nothing.
import { generateKeyPairSync } from 'node:crypto'
import t, { type Test } from 'tap'
import { putMember } from '../../src/store/tables/application-members.ts'
import { formsOf } from '../support/browser.ts'
import { atPortalAs, type PersonAtPortal, portalServer, post } from '../support/portal.ts'

t.setTimeout(60_000)
const server = await portalServer(t)
const { db } = server
const owner = await atPortalAs(server, 'developer', { email: 'owner@example.com' })
const helper = await atPortalAs(server, 'developer', { email: 'helper@example.com' })

const REDIRECT = 'https://shop.example.com/callback'
const JWKS = JSON.stringify({
  keys: [generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })],
})

/** A website that both of them work on, and one of them owns. Returns the address of its page. */
async function application(clientId: string, { trusted }: Readonly<{ trusted: boolean }>): Promise<string> {
  const id = await server.register({
    clientId,
    name: clientId,
    kind: 'web',
    redirectUris: [REDIRECT],
    authMethod: 'client_secret_basic',
    clientSecret: 'x'.repeat(32),
  })
  await db.transaction().execute(async (trx) => {
    await trx.updateTable('applications').set({ managed_by: 'portal' }).where('id', '=', id).execute()
    await putMember(trx, { applicationId: id, personId: owner.personId, role: 'owner' })
    await putMember(trx, { applicationId: id, personId: helper.personId, role: 'collaborator' })
    await trx.updateTable('subscriptions').set({ trusted }).where('application_id', '=', id).execute()
  })
  return `/portal/applications/${clientId}`
}

const SIGN_IN = [
  '/addresses/redirect_uris',
  '/addresses/post_logout_redirect_uris',
  '/change/backchannel_logout_uri',
  '/keys',
]
const FORMS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '/addresses/redirect_uris': { address: 'https://evil.example.com/cb' },
  '/addresses/post_logout_redirect_uris': { address: 'https://evil.example.com/bye' },
  '/change/backchannel_logout_uri': { backchannel_logout_uri: 'https://evil.example.com/out' },
  '/keys': { jwks: JWKS },
}

async function speaking(who: PersonAtPortal, language: 'en' | 'de'): Promise<void> {
  await db.updateTable('people').set({ language }).where('id', '=', who.personId).execute()
}

async function page(who: PersonAtPortal, url: string): Promise<string> {
  const { statusCode, body } = await who.browser.request('GET', url)
  if (statusCode !== 200) throw new Error(`${url} is answered by ${statusCode}`)
  return body.replaceAll('&#39;', "'")
}

async function unchanged(t: Test, clientId: string): Promise<void> {
  const found = await db
    .selectFrom('applications')
    .where('client_id', '=', clientId)
    .selectAll()
    .executeTakeFirstOrThrow()
  t.strictSame(found.redirect_uris, [REDIRECT])
  t.match(found, { backchannel_logout_uri: null, jwks: null })
}

t.test(
  'of a trusted application: its addresses and keys are offered to owners alone, and say whom to ask',
  async (t) => {
    const path = await application('trusted', { trusted: true })
    const said = {
      en: /how it signs them in is for its owners alone to change/,
      de: /Wie sie Menschen anmeldet, kann deshalb nur ändern, wem sie gehört/,
    }
    for (const language of ['en', 'de'] as const) {
      await speaking(helper, language)
      const shown = await page(helper, path)
      t.match(
        shown,
        /(its owners alone change; ask one of them:|kann nur ändern, wem sie gehört\. Fragen Sie dort:)\s*<\/p>\s*<ul><li><bdi>owner@example\.com<\/bdi><\/li><\/ul>/,
      )
      for (const below of SIGN_IN) {
        t.notMatch(shown, `href="${path}${below}"`, below)
        for (const answer of [
          await helper.browser.request('GET', path + below),
          await post(helper, path + below, { ...FORMS[below], etag: '*' }),
        ]) {
          t.match(answer, { statusCode: 403, body: said[language] }, below)
          t.match(answer.body, '<bdi>owner@example.com</bdi>', 'who may')
          t.match(answer.body, 'action="/portal/sign-out"', 'within the portal')
          t.strictSame(
            formsOf(answer.body).filter(({ action }) => action.startsWith(path)),
            [],
            'no form that would be refused',
          )
        }
      }
    }
    await speaking(helper, 'en')
    await unchanged(t, 'trusted')
    t.match(await page(helper, path), `href="${path}/change/policy_uri"`, 'all else is theirs to change')
    const own = await page(owner, path)
    for (const below of SIGN_IN) {
      t.match(own, `href="${path}${below}"`, below)
      t.match(await page(owner, path + below), /Only an owner changes this, and a change takes that back/, below)
    }
    t.notMatch(own, 'its owners alone change')
  },
)

t.test('of an application that people are asked about, whoever works on it changes the same', async (t) => {
  const path = await application('asked', { trusted: false })
  const shown = await page(helper, path)
  t.notMatch(shown, 'its owners alone change')
  for (const below of SIGN_IN) {
    t.match(shown, `href="${path}${below}"`, below)
    t.notMatch(await page(helper, path + below), 'Only an owner', below)
  }
})

t.test('trust that came while the form was open: refused with the page that says who may', async (t) => {
  const path = await application('meanwhile', { trusted: false })
  const url = `${path}/addresses/redirect_uris`
  const [form] = formsOf(await page(helper, url)).filter(({ action }) => action === url)
  const named = db.selectFrom('applications').where('client_id', '=', 'meanwhile').select('id')
  await db.updateTable('subscriptions').set({ trusted: true }).where('application_id', 'in', named).execute()
  const late = await post(helper, url, { ...form?.hidden, address: 'https://evil.example.com/cb' })
  t.match(late, { statusCode: 403, body: /for its owners alone to change.*<bdi>owner@example\.com<\/bdi>/s })
  await unchanged(t, 'meanwhile')
})

t.test(
  'what only an administrator may do of an app’s attestation is said above the form, which keeps what was typed',
  async (t) => {
    const id = await server.register({ clientId: 'attested', name: 'Attested', redirectUris: ['com.example.a:/cb'] })
    await db.transaction().execute(async (trx) => {
      await trx.updateTable('applications').set({ managed_by: 'portal' }).where('id', '=', id).execute()
      await putMember(trx, { applicationId: id, personId: helper.personId, role: 'owner' })
    })
    const url = '/portal/applications/attested/phones'
    const apple = { team: 'ABCDE12345', bundle: 'com.example.attested' }
    t.equal((await post(helper, url, { ...apple, attestation: 'required', etag: '*' })).statusCode, 303)
    await db.updateTable('app_identities').set({ confirmed_at: new Date() }).execute()
    for (const [language, said] of [
      ['en', /administrator alone lowers attestation from required/],
      ['de', /Weniger als required darf bei der Attestation nur die Verwaltung verlangen/],
    ] as const) {
      await speaking(helper, language)
      const [form] = formsOf(await page(helper, url)).filter(({ hidden }) => hidden.etag !== undefined)
      const refused = await post(helper, url, { ...apple, attestation: 'off', ...form?.hidden })
      t.match(refused, { statusCode: 403, body: said }, language)
      t.match(refused.body, /class="problem" role="alert".*value="com\.example\.attested".*value="off" checked/s)
    }
  },
)
