// Step-up: acr_values, the claims parameter, default_acr_values, max_age, prompt=none (OpenID Connect Core §3.1.2.1, §5.5.1.1).
import t, { type Test } from 'tap'
import { MFA_ACR, PASSKEY_ACR, PASSWORD_ACR } from '../../../src/identity/acr.ts'
import { removeFactorsByAdministrator } from '../../../src/identity/second-factors/set-up.ts'
import type { Db, Trx } from '../../../src/store/database.ts'
import { mintCode } from '../../../src/store/queries/mint-code.ts'
import { Browser } from '../../support/browser.ts'
import { turnClock, untilBlocked } from '../../support/database.ts'
import { postForm } from '../../support/dpop.ts'
import { answerOf, logIn } from '../../support/phone.ts'
import { addAuthenticatorApp } from '../../support/second-factor.ts'
import { testServer } from '../../support/server.ts'
import { Website } from '../../support/website.ts'

async function open(t: Test, changes: Parameters<typeof Website.open>[1] = {}) {
  const server = await testServer(t)
  const site = await Website.open(server, changes)
  const browser = new Browser(server.app)
  const silent = async (asked: Readonly<Record<string, string>> = {}) =>
    answerOf(await site.send(browser, { ...asked, prompt: 'none' }))
  const claimsOf = async (code: string | undefined) => site.claims((await site.redeem(code)).json().id_token)
  const essential = (acr: unknown) => ({ claims: JSON.stringify({ id_token: { acr } }) })
  return { ...server, server, site, browser, silent, claimsOf, essential }
}

t.test('a wish is met as well as it can be: what the person cannot do is no error', async (t) => {
  const { site, browser, silent, claimsOf, essential } = await open(t)
  await site.signIn({}, browser)
  for (const asked of [
    { acr_values: MFA_ACR },
    { acr_values: `${PASSKEY_ACR} ${MFA_ACR}` },
    { acr_values: 'urn:example:gold' },
    { acr_values: `urn:example:gold ${PASSWORD_ACR}` },
    essential({ values: [MFA_ACR] }),
    essential({ essential: false, value: MFA_ACR }),
    essential({ essential: true }),
    essential(null),
    { claims: '{"id_token":null,"userinfo":{"acr":{"essential":true,"value":"x"}}}' },
  ])
    t.match(await claimsOf((await silent(asked)).code), { acr: PASSWORD_ACR, amr: ['pwd'] }, JSON.stringify(asked))
})

t.test('what is essential must be, or the app hears unmet_authentication_requirements', async (t) => {
  const { site, browser, silent, claimsOf, essential } = await open(t)
  const unmet = { error: 'unmet_authentication_requirements', state: 'a-state', code: undefined }
  // Nobody can reach a class that this server does not know, so nobody has to sign in first.
  t.match(await silent(essential({ essential: true, value: 'urn:example:gold' })), unmet)
  t.match(await silent(essential({ essential: true, values: [MFA_ACR] })), { error: 'login_required' })
  await site.signIn({}, browser)
  t.match(await silent(essential({ essential: true, values: [MFA_ACR] })), unmet)
  t.match(answerOf(await site.send(browser, essential({ essential: true, values: [PASSKEY_ACR, MFA_ACR] }))), unmet)
  const either = await silent(essential({ essential: true, values: [MFA_ACR, PASSWORD_ACR] }))
  t.match(await claimsOf(either.code), { acr: PASSWORD_ACR })
  t.match(
    await claimsOf(
      (await silent({ ...essential({ essential: true, value: PASSWORD_ACR }), acr_values: MFA_ACR })).code,
    ),
    { acr: PASSWORD_ACR },
    'the claims parameter counts before acr_values',
  )
})

t.test('a claims parameter that cannot be read is invalid_request', async (t) => {
  const { silent } = await open(t)
  for (const claims of [
    'x',
    '[]',
    '{"id_token":[]}',
    '{"id_token":{"acr":"x"}}',
    '{"id_token":{"acr":{"values":"x"}}}',
    '{"id_token":{"acr":{"values":[1]}}}',
    '{"id_token":{"acr":{"essential":"true","value":"x"}}}',
    '{"id_token":{"acr":{"value":{}}}}',
    '{"id_token":{"acr":{"value":"a","value":"b"}}}',
  ])
    t.match(await silent({ claims }), { error: 'invalid_request', error_description: /^claims / }, claims)
})

t.test('prompt=none with step-up due is login_required; with a page the second factor is asked for', async (t) => {
  const { server, site, browser, silent, claimsOf, essential, personId, db } = await open(t)
  await site.signIn({}, browser)
  const phone = await addAuthenticatorApp(server, personId)
  for (const asked of [{}, { acr_values: MFA_ACR }, essential({ essential: true, value: MFA_ACR })])
    t.match(await silent(asked), { error: 'login_required', state: 'a-state' })
  const page = await site.send(browser, { acr_values: MFA_ACR })
  t.match(page.body, /<h1>Show that it is you/)
  const { code } = answerOf(await browser.submit(page, '/second-factor', { code: await phone.code() }))
  t.match(await claimsOf(code), { acr: MFA_ACR, amr: ['pwd', 'otp', 'mfa'] })
  t.match(await claimsOf((await silent(essential({ essential: true, value: MFA_ACR }))).code), { acr: MFA_ACR })
  t.match(
    await claimsOf((await silent({ acr_values: PASSWORD_ACR })).code),
    { acr: PASSWORD_ACR },
    'what was asked for',
  )
  t.match(
    await silent(essential({ essential: true, value: PASSKEY_ACR })),
    { error: 'unmet_authentication_requirements' },
    'no passkey is set up',
  )
  t.match(await claimsOf((await silent({ acr_values: PASSKEY_ACR })).code), { acr: MFA_ACR })
  await turnClock(t, db, 100)
})

t.test('max_age, also 0: password and second factor are asked for anew, and auth_time is fresh', async (t) => {
  const { server, site, browser, silent, claimsOf, personId, db } = await open(t)
  const phone = await addAuthenticatorApp(server, personId)
  const both = async (asked: Readonly<Record<string, string>>) => {
    const page = await logIn(browser, await site.send(browser, asked))
    t.match(page.body, /<h1>Show that it is you/)
    return claimsOf(answerOf(await browser.submit(page, '/second-factor', { code: await phone.code() })).code)
  }
  const before = Number((await both({})).auth_time)
  for (const [seconds, max_age] of [
    [100, '60'],
    [200, '0'],
  ] as const) {
    await turnClock(t, db, seconds)
    t.match(await silent({ max_age }), { error: 'login_required' })
    const claims = await both({ max_age, acr_values: MFA_ACR })
    t.match(claims, { acr: MFA_ACR })
    t.ok(Number(claims.auth_time) >= before + seconds)
  }
  t.match(await claimsOf((await silent({ max_age: '60' })).code), { acr: MFA_ACR })
})

t.test(
  'an application’s default_acr_values are its wish where a request has none, also in a pushed request',
  async (t) => {
    const { server, app, site, browser, claimsOf, personId } = await open(t, {
      defaultAcrValues: [MFA_ACR, PASSWORD_ACR],
    })
    await site.signIn({}, browser)
    t.match(await claimsOf(answerOf(await site.send(browser)).code), { acr: PASSWORD_ACR })
    const { clientId, clientSecret = '' } = site.definition
    const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
    const push = async (asked: Readonly<Record<string, string>>) =>
      (await postForm(app, '/par', site.parameters(asked), { authorization })).json()
    const insists = { claims: JSON.stringify({ id_token: { acr: { essential: true, value: MFA_ACR } } }) }
    const { request_uri } = await push(insists)
    const query = new URLSearchParams({ client_id: clientId, request_uri })
    t.match(answerOf(await browser.open(`/authorize?${query}`)), { error: 'unmet_authentication_requirements' })
    t.match(await push({ claims: '{' }), { error: 'invalid_request' })
    const phone = await addAuthenticatorApp(server, personId)
    const again = new URLSearchParams({ client_id: clientId, request_uri: (await push(insists)).request_uri })
    const page = await browser.open(`/authorize?${again}`)
    const { code } = answerOf(await browser.submit(page, '/second-factor', { code: await phone.code() }))
    t.match(await claimsOf(code), { acr: MFA_ACR })
  },
)

/** A session of two factors, and the code that a visit of it would be given. */
async function aboutToMint(t: Test) {
  const { server, site, browser, personId, db } = await open(t)
  const phone = await addAuthenticatorApp(server, personId)
  const page = await logIn(browser, await site.send(browser))
  await browser.submit(page, '/second-factor', { code: await phone.code() })
  const session = await db.selectFrom('sessions').select(['id']).executeTakeFirstOrThrow()
  await db.updateTable('authorization_requests').set({ completed_at: null }).execute()
  await db.deleteFrom('authorization_codes').execute()
  const request = await db.selectFrom('authorization_requests').select('id').executeTakeFirstOrThrow()
  const code = {
    visit: { isNew: false, id: request.id } as const,
    session: { id: session.id, acr: MFA_ACR },
    acr: MFA_ACR,
    codeHash: 'hash',
    ttlSeconds: 60,
    addedClaims: {},
    yieldingClaims: {},
  }
  return { db, personId, code }
}

t.test('a session that has fallen since policy looked at it brings no code of the class before', async (t) => {
  const { db, code } = await aboutToMint(t)
  t.equal(await mintCode(db, { ...code, session: { ...code.session, acr: PASSKEY_ACR } }), false)
  t.equal(await mintCode(db, code), true)
})

t.test('nor does one that falls at that very moment, and a code that was first falls with it', async (t) => {
  for (const first of ['the fall', 'the code']) {
    const { db, personId, code } = await aboutToMint(t)
    const removal = (by: Db | Trx) => removeFactorsByAdministrator(by, { personId })
    const started = await db.transaction().execute(async (trx) => {
      if (first === 'the fall') await removal(trx)
      else await mintCode(trx, code)
      const second = first === 'the fall' ? mintCode(db, code) : removal(db)
      await untilBlocked(db)
      return [second]
    })
    await Promise.all(started)
    const codes = await db.selectFrom('authorization_codes').select('acr').execute()
    t.strictSame(codes, first === 'the fall' ? [] : [{ acr: PASSWORD_ACR }], `${first} first`)
    const requests = await db.selectFrom('authorization_requests').select('completed_at').execute()
    t.match(requests, first === 'the fall' ? [{ completed_at: null }] : [{ completed_at: Date }])
  }
})
