// Standard claims and the claims parameter: what is told where, who has to allow it, what cannot be read (OpenID Connect Core §5.1, §5.4, §5.5).
import t from 'tap'
import { Browser } from '../support/browser.ts'
import { nameAndVerify, sayEverything } from '../support/people.ts'
import { answerOf, logIn, pkcePair } from '../support/phone.ts'
import { testServer, USER } from '../support/server.ts'
import { Website } from '../support/website.ts'

// One server for all of them, and a browser of its own for each.
const server = await testServer(t)
const { app, db, personId } = server
await nameAndVerify(db, personId, 'Ada Lovelace')
await sayEverything(db, personId)
const site = await Website.open(server)

function asking(claims: unknown) {
  return { claims: JSON.stringify(claims) }
}

t.test(
  '§5.1: what a person says of themselves is told in full, and a number that nobody proved is not verified',
  async (t) => {
    const { access_token } = await site.signIn({ scope: 'openid profile email address phone' })
    const told = (await site.userinfo(access_token)).json()
    t.match(told, {
      given_name: 'Ada',
      birthdate: '1815-12-10',
      locale: 'en',
      phone_number: '+442079460958',
      phone_number_verified: false,
      address: {
        formatted: '12 St James’s Square\nSW1Y 4JH London\nGB',
        street_address: '12 St James’s Square',
        locality: 'London',
        country: 'GB',
      },
    })
  },
)

t.test('§5.5: claims by name are told where they were asked for, and nowhere else', async (t) => {
  const claims = asking({
    userinfo: { given_name: null, picture: { essential: true } },
    id_token: { email: null, family_name: { essential: true } },
  })
  const { access_token, id_token, refresh_token } = await site.signIn({ scope: 'openid', ...claims })
  const { sub, ...told } = (await site.userinfo(access_token)).json()
  t.strictSame(told, { given_name: 'Ada', picture: 'https://people.example.com/ada.png' })
  const inToken = await site.claims(id_token)
  t.match(inToken, { sub, email: /@/, family_name: 'Lovelace' })
  for (const name of ['given_name', 'picture', 'email_verified', 'name']) t.notOk(name in inToken, name)
  const refreshed = (await site.refresh(refresh_token)).json()
  t.match(await site.claims(refreshed.id_token), { family_name: 'Lovelace' }, 'the login keeps them')
})

t.test('§5.5: what nobody knows is ignored, and what the person does not have is left out', async (t) => {
  await db.updateTable('people').set({ standard_claims: '{}', name: null }).where('id', '=', personId).execute()
  const claims = asking({
    userinfo: { 'name#de': null, shoe_size: { essential: true }, name: { essential: true }, toString: null, iss: null },
    access_token: { name: null },
    id_token: { password: null, given_name: { essential: true }, hash: null },
  })
  const { access_token, id_token } = await site.signIn(claims)
  t.strictSame(Object.keys((await site.userinfo(access_token)).json()), ['sub'])
  t.notOk('given_name' in (await site.claims(id_token)))
  await nameAndVerify(db, personId, 'Ada Lovelace')
  await sayEverything(db, personId)
})

t.test(
  '§5.5.1: a claim that is wanted with a value is told with that value alone, unless a scope opens it',
  async (t) => {
    const wanted = asking({
      userinfo: {
        given_name: { value: 'Eve' },
        family_name: { values: ['Byron', 'Lovelace'] },
        zoneinfo: { value: 1 },
      },
    })
    const { access_token } = await site.signIn(wanted)
    const { sub: _, ...told } = (await site.userinfo(access_token)).json()
    t.strictSame(told, { family_name: 'Lovelace' })
    const byScope = await site.signIn({ scope: 'openid profile', ...wanted })
    t.match((await site.userinfo(byScope.access_token)).json(), { given_name: 'Ada', zoneinfo: 'Europe/London' })
  },
)

t.test('§3.1.2.2: nobody but the person whom claims names gets a code', async (t) => {
  const browser = new Browser(app)
  const about = (value: unknown) => asking({ id_token: { sub: { value } } })
  t.match(await site.claims((await site.signIn(about(personId), browser)).id_token), { sub: personId })
  t.match(answerOf(await site.send(browser, { ...about('usr_somebody'), prompt: 'none' })), { error: 'login_required' })
  const signedIn = await logIn(browser, await site.send(browser, { ...about('usr_somebody'), prompt: 'login' }))
  t.match(answerOf(signedIn), { error: 'login_required' })
  const atUserinfo = (value: unknown) => ({ ...asking({ userinfo: { sub: { value } } }), prompt: 'none' })
  t.match(answerOf(await site.send(browser, atUserinfo('usr_somebody'))), { error: 'login_required' })
  t.match(answerOf(await site.send(browser, atUserinfo(personId))), { code: /./ })
  for (const two of [
    asking({ id_token: { sub: { values: [personId, 'usr_somebody'] } } }),
    asking({ id_token: { sub: { value: personId } }, userinfo: { sub: { value: 'usr_somebody' } } }),
  ])
    t.match(answerOf(await site.send(browser, { ...two, prompt: 'none' })), { error: 'invalid_request' })
})

t.test('a sub in claims, which anybody can write, shows no address; an ID token of the app does', async (t) => {
  const { id_token } = await site.signIn({ scope: 'openid email' })
  const sub = asking({ id_token: { sub: { value: personId } } })
  const page = await site.send(new Browser(app), sub)
  t.match(page, { statusCode: 200, body: /<h1>Sign in/ })
  t.notMatch(page.body, USER.email)
  t.match((await site.send(new Browser(app), { ...sub, id_token_hint: id_token })).body, USER.email)
})

t.test('§5.5: claims that cannot be read are invalid_request, at /authorize and when pushed', async (t) => {
  const browser = new Browser(app)
  const bad = [
    '{',
    '[]',
    'null',
    '"name"',
    '{"userinfo":[]}',
    '{"userinfo":{"name":1}}',
    '{"userinfo":{"name":{"essential":"yes"}}}',
    '{"id_token":{"name":{"values":"x"}}}',
    '{"userinfo":{"name":null,"name":null}}',
    '{"__proto__":{}}',
    '{"userinfo":{"sub":[]}}',
    `{"userinfo":${'{"a":'.repeat(50)}1${'}'.repeat(51)}`,
    '['.repeat(2000),
    // What cannot be stored: NUL, and half a surrogate pair.
    String.raw`{"userinfo":{"email":{"value":"\u0000"}}}`,
    String.raw`{"userinfo":{"email":{"values":["a","\uDC00b"]}}}`,
    String.raw`{"id_token":{"sub":{"value":"\ud800"}}}`,
    String.raw`{"id_token":{"\ud83d":null}}`,
    `{"userinfo":{"name":{"values":[${'1,'.repeat(20)}1]}}}`,
    JSON.stringify({ userinfo: { name: { value: 'x'.repeat(5000) } } }),
  ]
  for (const claims of bad) {
    const answer = answerOf(await site.send(browser, { claims, prompt: 'none' }))
    t.match(answer, { error: 'invalid_request', state: 'a-state' }, claims.slice(0, 60))
    t.notMatch(answer.error_description, 'body', 'it is told of the parameter')
    const { clientId, clientSecret } = site.definition
    const pushed = await app.inject({
      method: 'POST',
      url: '/par',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
      },
      payload: new URLSearchParams(site.parameters({ claims })).toString(),
    })
    t.match(pushed, { statusCode: 400, body: /"error":"invalid_request"/ }, claims.slice(0, 60))
  }
})

t.test('RFC 9126: a pushed request keeps its claims', async (t) => {
  const browser = new Browser(app)
  const { clientId, clientSecret } = site.definition
  const pushed = await app.inject({
    method: 'POST',
    url: '/par',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
    },
    payload: new URLSearchParams(site.parameters(asking({ userinfo: { nickname: null } }))).toString(),
  })
  const { request_uri } = pushed.json()
  const page = await browser.open(`/authorize?${new URLSearchParams({ client_id: clientId, request_uri })}`)
  const { code } = answerOf(await logIn(browser, page))
  const { access_token } = (await site.redeem(code)).json()
  t.match((await site.userinfo(access_token)).json(), { nickname: 'Countess' })
})

t.test(
  '§5.5: a claim that no scope opens is on the page of consent, which is shown again for another one',
  async (t) => {
    const browser = new Browser(app)
    await db.updateTable('subscriptions').set({ trusted: false }).execute()
    await db.deleteFrom('consents').execute()
    const claims = asking({ userinfo: { phone_number: null } })
    const page = await logIn(browser, await site.send(browser, claims))
    t.match(page.body, 'See your phone number')
    const { code } = answerOf(await browser.submit(page, '/consent'))
    const { access_token } = (await site.redeem(code)).json()
    t.match((await site.userinfo(access_token)).json(), { phone_number: '+442079460958' })
    const consent = await db.selectFrom('consents').select(['scopes', 'claims']).executeTakeFirstOrThrow()
    t.strictSame(consent, { scopes: ['openid'], claims: ['phone_number'] })

    t.match(answerOf(await site.send(browser, { ...claims, prompt: 'none' })), { code: /./ }, 'asked once')
    const more = asking({ userinfo: { phone_number: null, address: null } })
    t.match(answerOf(await site.send(browser, { ...more, prompt: 'none' })), { error: 'consent_required' })
    const again = await site.send(browser, more)
    t.match(again.body, 'See your postal address')
    t.match((await browser.open(`/account/apps/${site.applicationId}`)).body, 'See your phone number')
  },
)

t.test('a scope that came to open more is asked for again, once; the others are not', async (t) => {
  const browser = new Browser(app)
  await db.updateTable('subscriptions').set({ trusted: false }).execute()
  await db.deleteFrom('consents').execute()
  const wish = { scope: 'openid profile email' }
  const page = await logIn(browser, await site.send(browser, wish))
  t.match(page.body, 'See your profile: your names, date of birth')
  const { code } = answerOf(await browser.submit(page, '/consent'))
  const { access_token } = (await site.redeem(code)).json()
  const told = async () => Object.keys((await site.userinfo(access_token)).json())
  t.ok((await told()).includes('nickname'))
  t.match(answerOf(await site.send(browser, { ...wish, prompt: 'none' })), { code: /./ })

  // As it was kept when the page said "See your name".
  await db.updateTable('consents').set({ meanings: [] }).execute()
  t.match(answerOf(await site.send(browser, { ...wish, prompt: 'none' })), { error: 'consent_required' })
  t.match(answerOf(await site.send(browser, { scope: 'openid email', prompt: 'none' })), { code: /./ }, 'not grown')
  const before = (await told()).filter((claim) => !claim.startsWith('email'))
  t.strictSame(before.toSorted(), ['name', 'sub', 'updated_at'], 'until then a login tells what was allowed')
  await db.updateTable('subscriptions').set({ trusted: true }).execute()
  t.ok((await told()).includes('nickname'), 'a trusted one asks nobody')
  await db.updateTable('subscriptions').set({ trusted: false }).execute()
  const again = await site.send(browser, wish)
  t.match(again.body, 'See your profile: your names, date of birth')
  await site.redeem(answerOf(await browser.submit(again, '/consent')).code)
  for (const round of ['once', 'and not again'])
    t.match(answerOf(await site.send(browser, { ...wish, prompt: 'none' })), { code: /./ }, round)
  t.ok((await told()).includes('nickname'), 'the login that there is as well')
  // What is allowed later beside it keeps it.
  const more = await site.send(browser, { scope: 'openid phone' })
  await site.redeem(answerOf(await browser.submit(more, '/consent')).code)
  t.match(answerOf(await site.send(browser, { ...wish, prompt: 'none' })), { code: /./ })
})

t.test('trust shows no app a postal address or a number: its person allows that', async (t) => {
  const browser = new Browser(app)
  await db.updateTable('subscriptions').set({ trusted: true }).execute()
  await db.deleteFrom('consents').execute()
  await site.signIn({ scope: 'openid profile email' }, browser)
  t.equal((await db.selectFrom('consents').selectAll().execute()).length, 0, 'nobody was asked for the rest')
  const wishes = [
    { scope: 'openid address' },
    { scope: 'openid phone' },
    asking({ userinfo: { phone_number: null } }),
    asking({ id_token: { address: { essential: true } } }),
  ]
  for (const wish of wishes)
    t.match(answerOf(await site.send(browser, { ...wish, prompt: 'none' })), { error: 'consent_required' })
  await site.signIn({ scope: 'openid address phone' }, browser)
  t.match(answerOf(await site.send(browser, { scope: 'openid phone', prompt: 'none' })), { code: /./ }, 'asked once')
})

t.test('without openid there is nowhere to tell a claim, and nobody is asked', async (t) => {
  const browser = new Browser(app)
  await db.updateTable('subscriptions').set({ trusted: false }).execute()
  const { challenge } = pkcePair()
  const asked = { scope: 'orders:read', code_challenge: challenge, code_challenge_method: 'S256' }
  const page = await logIn(browser, await site.send(browser, { ...asked, ...asking({ id_token: { address: null } }) }))
  t.match(page.body, '<h1>Allow')
  t.notMatch(page.body, 'postal address')
})
