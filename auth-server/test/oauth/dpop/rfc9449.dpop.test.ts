// DPoP (RFC 9449): what a proof has to say, when a nonce is wanted, and what tokens bound to a key are worth without it.

import { PROOF_ALGORITHMS } from '@mobile-api-gateway/sdk/dpop-proof.ts'
import { decodeJwt, SignJWT, UnsecuredJWT } from 'jose'
import t from 'tap'
import { sha256 } from '../../../src/crypto/digest.ts'
import { currentNonce, NONCE_WINDOW_SECONDS } from '../../../src/oauth/dpop/nonce.ts'
import { turnClock } from '../../support/database.ts'
import { type Changes, type Fields, ProvingPhone, postForm } from '../../support/dpop.ts'
import { answerOf, authorizeUrl, obtainCode, pkcePair, redeem, refresh } from '../../support/phone.ts'
import { API, APP, ISSUER, testServer } from '../../support/server.ts'

function nowSeconds() {
  return Math.floor(Date.now() / 1000)
}
function statusAndError(response: Readonly<{ statusCode: number; json: () => { error?: string } }>) {
  return [response.statusCode, response.json().error]
}
function headerOf(header: object) {
  return Buffer.from(JSON.stringify(header)).toString('base64url')
}
const REFUSED = [400, 'invalid_dpop_proof']
const NEW_NONCE = [400, 'use_dpop_nonce']
const NO_GRANT = [400, 'invalid_grant']
const GRANTED = [200, undefined]

t.test('§5: a proof binds the access token, and the refresh token of a public client, to its key', async (t) => {
  const { app } = await testServer(t)
  for (const alg of PROOF_ALGORITHMS)
    await t.test(alg, async (t) => {
      const phone = await ProvingPhone.create(app, alg)
      const { code, verifier } = await obtainCode(app)
      const first = await phone.redeem(code, verifier)
      t.match(first.json(), { token_type: 'DPoP', expires_in: 600, refresh_token: /^grant_/ })
      t.same(decodeJwt(first.json().access_token).cnf, { jkt: phone.jkt })
      t.match(first.headers, { 'cache-control': 'no-store', 'dpop-nonce': /^\d+\.[\w-]{43}$/ })

      const second = await phone.refresh(first.json().refresh_token)
      t.match(second.json(), { token_type: 'DPoP', refresh_token: /^grant_/ })
      t.same(decodeJwt(second.json().access_token).cnf, { jkt: phone.jkt })
    })
})

t.test('§4.3: a proof that is not sound is refused, with a nonce for the next, and burns no code', async (t) => {
  const { app, config } = await testServer(t)
  const phone = await ProvingPhone.create(app)
  const other = await ProvingPhone.create(app)
  const { code, verifier } = await obtainCode(app)
  const form = { grant_type: 'authorization_code', client_id: APP.clientId, code, code_verifier: verifier }
  const made = (changes: Changes) => () => phone.proof('/token', changes)
  const claims = (changes: Fields | Readonly<Record<string, unknown>>) => made({ claims: changes })
  const header = (changes: Readonly<Record<string, unknown>>) => made({ header: changes })
  const symmetric = (key: Uint8Array, jwk: object) => () =>
    new SignJWT({ jti: 'a', htm: 'POST', htu: `${ISSUER}/token`, iat: nowSeconds() })
      .setProtectedHeader({ alg: 'HS256', typ: 'dpop+jwt', jwk })
      .sign(key)
  const secret = Buffer.alloc(32, 7)
  const publicKey = Buffer.from(JSON.stringify(phone.jwk))

  type Row = readonly [
    what: string,
    proof: () => string | Promise<string>,
    expected?: readonly unknown[],
    headers?: Fields,
  ]
  const rows: readonly Row[] = [
    ['no proof at all in the header', () => ''],
    ['no JWT', () => 'not-a-jwt'],
    ['two headers, which arrive as one', async () => `${await phone.proof('/token')}, ${await phone.proof('/token')}`],
    ['more than 4096 characters', claims({ padding: 'x'.repeat(4096) })],
    ['a signature that was changed', async () => (await phone.proof('/token')).replace(/.{4}$/, 'AAAA')],
    ['typ missing', header({ typ: undefined })],
    ['typ of another kind of token', header({ typ: 'at+jwt' })],
    ['alg none', () => new UnsecuredJWT({ jti: 'a', htm: 'POST', htu: `${ISSUER}/token`, iat: nowSeconds() }).encode()],
    [
      'alg none beside a signature',
      async () => `${headerOf({ alg: 'none', typ: 'dpop+jwt', jwk: phone.jwk })}.e30.AAAA`,
    ],
    ['an extension that is not understood', header({ crit: ['exotic'], exotic: true })],
    ['HS256 with a key of its own', symmetric(secret, { kty: 'oct', k: secret.toString('base64url') })],
    ['HS256 with the public key as its secret', symmetric(publicKey, phone.jwk)],
    ['jwk missing', header({ jwk: undefined })],
    ['jwk of another key', header({ jwk: { ...other.jwk, alg: undefined } })],
    ['jwk with the private key', async () => phone.proof('/token', { header: { jwk: await phone.privateJwk() } })],
    ['jwk with a member of shared keys', header({ jwk: { ...phone.jwk, alg: undefined, k: 'AAAA' } })],
    ['jwk that is no key', header({ jwk: { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' } })],
    ['jwk that is a text', header({ jwk: 'https://evil.example/key' })],
    ['jti missing', claims({ jti: undefined })],
    ['jti empty', claims({ jti: '' })],
    ['jti of 257 characters', claims({ jti: 'x'.repeat(257) })],
    ['jti that is no text', claims({ jti: 7 })],
    ['htm missing', claims({ htm: undefined })],
    ['htm of another method', claims({ htm: 'GET' })],
    ['htm in small letters (methods are case-sensitive)', claims({ htm: 'post' })],
    ['htu missing', claims({ htu: undefined })],
    ['htu of another endpoint', claims({ htu: `${ISSUER}/par` })],
    ['htu of the path alone', claims({ htu: '/token' })],
    ['htu of another port', claims({ htu: 'http://localhost:4001/token' })],
    ['htu with a user in it', claims({ htu: 'http://evil@localhost:4000/token' })],
    ['htu of the Host header', claims({ htu: 'http://evil.example/token' }), REFUSED, { host: 'evil.example' }],
    [
      'htu of forwarding headers',
      claims({ htu: 'https://evil.example/token' }),
      REFUSED,
      { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', forwarded: 'host=evil.example;proto=https' },
    ],
    ['iat missing', claims({ iat: undefined })],
    ['iat that is a text', claims({ iat: 'now' })],
    ['iat of two minutes ago, without a nonce', claims({ iat: nowSeconds() - 120 }), NEW_NONCE],
    ['iat in two minutes, without a nonce', claims({ iat: nowSeconds() + 120 }), NEW_NONCE],
    ['iat beyond all time', claims({ iat: 1e300 }), NEW_NONCE],
    ['a nonce that is no text', claims({ nonce: 7 })],
    ['a nonce from nowhere', claims({ nonce: 'a-nonce' }), NEW_NONCE],
    ['a nonce with a tag of its own', claims({ nonce: `${Math.floor(nowSeconds() / 600)}.${sha256('x')}` }), NEW_NONCE],
    [
      'a nonce of half an hour ago',
      claims({ nonce: currentNonce(config.tokenSecrets, nowSeconds() - 1800) }),
      NEW_NONCE,
    ],
    ['a nonce of the future', claims({ nonce: currentNonce(config.tokenSecrets, nowSeconds() + 1800) }), NEW_NONCE],
  ]
  for (const [what, proof, expected = REFUSED, headers = {}] of rows) {
    const response = await postForm(app, '/token', form, { ...headers, dpop: await proof() })
    t.same(statusAndError(response), expected, what)
    t.match(response.headers, { 'dpop-nonce': /^\d+\.[\w-]{43}$/, 'cache-control': 'no-store' }, what)
  }
  t.same(statusAndError(await phone.redeem(code, verifier)), GRANTED)
})

t.test('§4.3 no. 9: query, fragment, case and default spelling of htu do not matter', async (t) => {
  const { app } = await testServer(t)
  const phone = await ProvingPhone.create(app)
  const { code, verifier } = await obtainCode(app)
  let { refresh_token: token } = (await phone.redeem(code, verifier)).json()
  for (const htu of [`${ISSUER}/token?a=b#c`, 'HTTP://LOCALHOST:4000/token', `${ISSUER}/x/../token`]) {
    const response = await phone.refresh(token, { claims: { htu } })
    t.same(statusAndError(response), GRANTED, htu)
    token = response.json().refresh_token
  }
  const path = `/apis/${API.id}/token`
  const form = { grant_type: 'refresh_token', client_id: APP.clientId, refresh_token: token }
  const elsewhere = await phone.post(path, form, { claims: { htu: `${ISSUER}/token` } })
  t.same(statusAndError(elsewhere), REFUSED, 'the endpoint of an API has its own address')
  t.same(statusAndError(await phone.post(path, form)), GRANTED)
})

t.test('§8, §11.2: refreshing with a key wants a nonce, good in its own window of time and the next', async (t) => {
  const { app, db } = await testServer(t)
  const phone = await ProvingPhone.create(app)
  const { code, verifier } = await obtainCode(app)
  const { refresh_token: first } = (await phone.redeem(code, verifier)).json()
  const held = phone.nonce

  t.same(statusAndError(await phone.refresh(first, { claims: { nonce: undefined } })), NEW_NONCE)
  const second = await phone.refresh(first)
  t.same(statusAndError(second), GRANTED, 'the same refresh token still stands')

  await turnClock(t, db, NONCE_WINDOW_SECONDS)
  const third = await phone.refresh(second.json().refresh_token, { claims: { nonce: held } })
  t.same(statusAndError(third), GRANTED, 'the window before')
  t.not(phone.nonce, held)
  await turnClock(t, db, 2 * NONCE_WINDOW_SECONDS)
  const late = await phone.refresh(third.json().refresh_token, { claims: { nonce: held } })
  t.same(statusAndError(late), NEW_NONCE, 'two windows before')
  t.same(statusAndError(await phone.refresh(third.json().refresh_token)), GRANTED, 'with the nonce that came back')
})

t.test('§11.1: with a nonce the clock of the phone is not judged', async (t) => {
  const { app } = await testServer(t)
  const phone = await ProvingPhone.create(app)
  const { code, verifier } = await obtainCode(app)
  const yesterday = { claims: { iat: nowSeconds() - 86_400, nbf: nowSeconds() + 9999, exp: nowSeconds() - 9999 } }
  t.same(statusAndError(await phone.redeem(code, verifier, yesterday)), NEW_NONCE)
  t.same(statusAndError(await phone.redeem(code, verifier, yesterday)), GRANTED)
})

t.test('§8.2: a request without a proof hears of no nonce', async (t) => {
  const { app } = await testServer(t)
  t.equal((await refresh(app, 'nothing')).headers['dpop-nonce'], undefined)
})

t.test('§11.1: a proof counts once', async (t) => {
  const { app, register } = await testServer(t)
  const phone = await ProvingPhone.create(app)

  await t.test('replayed at the token endpoint', async (t) => {
    const { code, verifier } = await obtainCode(app)
    const changes = { claims: { jti: 'one' } }
    const { refresh_token: token } = (await phone.redeem(code, verifier, changes)).json()
    t.same(statusAndError(await phone.refresh(token, changes)), REFUSED)
    t.same(statusAndError(await phone.refresh(token)), GRANTED, 'which has cost the family nothing')
  })

  await t.test('20 times at once: one success', async (t) => {
    const { code, verifier } = await obtainCode(app)
    const { refresh_token: token } = (await phone.redeem(code, verifier)).json()
    const dpop = await phone.proof('/token')
    const form = { grant_type: 'refresh_token', client_id: APP.clientId, refresh_token: token }
    const answers = await Promise.all(Array.from({ length: 20 }, () => postForm(app, '/token', form, { dpop })))
    const errors = answers.map((answer) => answer.json().error).filter((error) => error !== undefined)
    t.same(
      errors,
      Array.from({ length: 19 }, () => 'invalid_dpop_proof'),
    )
  })

  await t.test('and is not spent by somebody who is not the client, nor by the same jti of another key', async (t) => {
    await register({
      clientId: 'shop-server',
      kind: 'web',
      authMethod: 'client_secret_post',
      clientSecret: 's'.repeat(43),
      redirectUris: ['https://shop.example.com/cb'],
    })
    const { code, verifier } = await obtainCode(app, {
      client_id: 'shop-server',
      redirect_uri: 'https://shop.example.com/cb',
    })
    const form = { grant_type: 'authorization_code', client_id: 'shop-server', code, code_verifier: verifier }
    const dpop = await phone.proof('/token', { claims: { jti: 'two' } })
    const stranger = await ProvingPhone.create(app)
    await stranger.refresh('nothing', { claims: { jti: 'two' } })
    const wrong = await postForm(app, '/token', { ...form, client_secret: 'wrong' }, { dpop })
    t.same(statusAndError(wrong), [401, 'invalid_client'])
    const right = await postForm(app, '/token', { ...form, client_secret: 's'.repeat(43) }, { dpop })
    t.same(statusAndError(right), GRANTED)
  })
})

t.test('§5: a bound refresh token is nothing without its key, and showing it so harms nobody', async (t) => {
  const { app } = await testServer(t)
  const [phone, thief] = await Promise.all([ProvingPhone.create(app), ProvingPhone.create(app)])
  const { code, verifier } = await obtainCode(app)
  const { refresh_token: token } = (await phone.redeem(code, verifier)).json()
  t.same(statusAndError(await refresh(app, token)), NO_GRANT, 'without a proof')
  await thief.refresh(token)
  t.same(statusAndError(await thief.refresh(token)), NO_GRANT, 'with another key')
  const next = await phone.refresh(token)
  t.same(statusAndError(next), GRANTED, 'with its own')
  t.same(statusAndError(await refresh(app, token)), NO_GRANT, 'spent, and without a proof')
  t.same(statusAndError(await phone.refresh(next.json().refresh_token)), GRANTED, 'the family still stands')
})

t.test('§5: an app that learns DPoP after its login binds its family with the next refresh', async (t) => {
  const { app, log } = await testServer(t)
  const [phone, thief] = await Promise.all([ProvingPhone.create(app), ProvingPhone.create(app)])
  const login = async (): Promise<string> => {
    const { code, verifier } = await obtainCode(app)
    return (await redeem(app, code, verifier)).json().refresh_token
  }
  const bearer = await login()
  await phone.refresh(bearer)
  const bound = (await phone.refresh(bearer)).json().refresh_token
  t.same(statusAndError(await refresh(app, bound)), NO_GRANT)
  t.same(statusAndError(await phone.refresh(bound)), GRANTED)

  const stolen = await login()
  await thief.refresh(stolen)
  const loot = (await thief.refresh(stolen)).json().refresh_token
  t.same(statusAndError(await refresh(app, stolen)), NO_GRANT, 'the owner, whose token was bound to the key of a thief')
  t.same(statusAndError(await thief.refresh(loot)), NO_GRANT, 'and the thief: two holders, so the family has ended')
  t.match(log.join('\n'), /refresh_reuse/)
})

t.test('§5: a confidential client proves itself anyway; its refresh tokens are bound to no key', async (t) => {
  const { app, register } = await testServer(t)
  const client = { client_id: 'shop-server', client_secret: 's'.repeat(43) }
  await register({
    clientId: client.client_id,
    kind: 'web',
    authMethod: 'client_secret_post',
    clientSecret: client.client_secret,
    redirectUris: ['https://shop.example.com/cb'],
  })
  const [one, two] = await Promise.all([ProvingPhone.create(app), ProvingPhone.create(app)])
  const { code, verifier } = await obtainCode(app, {
    client_id: client.client_id,
    redirect_uri: 'https://shop.example.com/cb',
  })
  const first = await one.post('/token', { ...client, grant_type: 'authorization_code', code, code_verifier: verifier })
  t.same(decodeJwt(first.json().access_token).cnf, { jkt: one.jkt })
  const form = { ...client, grant_type: 'refresh_token', refresh_token: first.json().refresh_token }
  const second = await two.post('/token', form)
  t.same(decodeJwt(second.json().access_token).cnf, { jkt: two.jkt }, 'another key, and no nonce was wanted')
})

t.test('§5.2: a client registered with dpop_bound_access_tokens gets nothing without a proof', async (t) => {
  const { app, register } = await testServer(t)
  await register({ dpopBound: true })
  const phone = await ProvingPhone.create(app)
  const { code, verifier } = await obtainCode(app)
  t.same(statusAndError(await redeem(app, code, verifier)), REFUSED)
  t.same(statusAndError(await phone.redeem(code, verifier)), GRANTED)
})

t.test('RFC 9700 §2.2.2: an app in a page gets a refresh token only when it is bound to a key', async (t) => {
  const { app, register } = await testServer(t)
  const page = { client_id: 'shop-page', redirect_uri: 'https://shop.example.com/page' }
  await register({ clientId: page.client_id, kind: 'browser', redirectUris: [page.redirect_uri] })
  const phone = await ProvingPhone.create(app)
  const tokens = async (withKey: boolean) => {
    const { code, verifier } = await obtainCode(app, page)
    const form = { ...page, grant_type: 'authorization_code', code, code_verifier: verifier }
    return (withKey ? await phone.post('/token', form) : await postForm(app, '/token', form)).json()
  }
  const bearer = await tokens(false)
  t.match(bearer, { token_type: 'Bearer', access_token: /./ })
  t.notOk('refresh_token' in bearer)
  t.match(await tokens(true), { token_type: 'DPoP', refresh_token: /^grant_/ })
})

t.test('§10: a code bound by dpop_jkt', async (t) => {
  const { app, db } = await testServer(t)
  const [phone, thief] = await Promise.all([ProvingPhone.create(app), ProvingPhone.create(app)])

  await t.test('is redeemed by its key alone, and nobody else can burn it', async (t) => {
    const { code, verifier } = await obtainCode(app, { dpop_jkt: phone.jkt })
    t.same(statusAndError(await thief.redeem(code, verifier)), NO_GRANT, 'another key')
    t.same(statusAndError(await redeem(app, code, verifier)), NO_GRANT, 'no key')
    for (let guess = 0; guess < 4; guess++) await thief.redeem(code, pkcePair().verifier)
    t.same(statusAndError(await phone.redeem(code, verifier)), GRANTED, 'its own')
  })

  await t.test('ends its family when it comes again late, with its key only', async (t) => {
    const { code, verifier } = await obtainCode(app, { dpop_jkt: phone.jkt })
    const { refresh_token: token } = (await phone.redeem(code, verifier)).json()
    await turnClock(t, db, 30)
    t.same(statusAndError(await thief.redeem(code, verifier)), NO_GRANT)
    const next = await phone.refresh(token)
    t.same(statusAndError(next), GRANTED, 'after the repeat with another key')
    t.same(statusAndError(await phone.redeem(code, verifier)), NO_GRANT)
    t.same(statusAndError(await phone.refresh(next.json().refresh_token)), NO_GRANT, 'after the repeat with its own')
  })

  await t.test('cannot be asked for with something that is no thumbprint', async (t) => {
    for (const jkt of ['short', `${phone.jkt}=`, 'ü'.repeat(43)]) {
      const answer = answerOf(await app.inject(authorizeUrl(pkcePair().challenge, { dpop_jkt: jkt })))
      t.match(answer, { status: 303, error: 'invalid_request', state: 'a-state', iss: ISSUER }, jkt)
    }
  })
})

t.test('whoever knows nothing but a public client_id leaves no row behind, however many proofs are sent', async (t) => {
  const { app, db } = await testServer(t)
  const phone = await ProvingPhone.create(app)
  const noted = async () => (await db.selectFrom('used_jtis').select('jti_hash').execute()).length
  const { code, verifier } = await obtainCode(app)
  const { refresh_token: token } = (await phone.redeem(code, verifier)).json()
  const used = await obtainCode(app)
  await redeem(app, used.code, used.verifier)
  t.equal(await noted(), 1, 'the proof of a redeemed code is noted')

  const dead = await obtainCode(app)
  await turnClock(t, db, 120)
  phone.nonce = undefined
  const attempts: readonly (readonly [string, () => ReturnType<typeof phone.redeem>])[] = [
    ['a code that never was', () => phone.redeem(sha256('made up'), verifier)],
    ['a code that has been used', () => phone.redeem(used.code, used.verifier)],
    ['a code that has expired', () => phone.redeem(dead.code, dead.verifier)],
    ['a refresh token that never was', () => phone.refresh(`${String(token).slice(0, -3)}AAA`)],
    ['no grant at all', () => phone.post('/token', { grant_type: 'refresh_token', client_id: APP.clientId })],
    ['a client that does not exist', () => phone.post('/token', { grant_type: 'refresh_token', client_id: 'nobody' })],
  ]
  // Its claims are by the machine's clock, which the database's has left behind: a nonce makes that of no account.
  await phone.refresh(token)
  for (const [what, attempt] of attempts) {
    t.not((await attempt()).statusCode, 200, what)
    t.not((await attempt()).statusCode, 200, `${what}, again`)
    t.equal(await noted(), 1, what)
  }
  t.same(statusAndError(await phone.refresh(token)), GRANTED)
  t.equal(await noted(), 2)
})

t.test('§7: at our own resource, userinfo, a bound token counts from the holder of its key only', async (t) => {
  const { app } = await testServer(t)
  const phone = await ProvingPhone.create(app)
  const thief = await ProvingPhone.create(app)
  const login = async () => obtainCode(app, { scope: 'openid' })
  const { code, verifier } = await login()
  const { access_token: token } = (await phone.redeem(code, verifier)).json()
  const plain = await login()
  const { access_token: bearer } = (await redeem(app, plain.code, plain.verifier)).json()
  const claims = { htm: 'GET', ath: sha256(token) }
  const ask = async (authorization: string, dpop?: string | Promise<string>) => {
    const headers = { authorization, ...(dpop !== undefined && { dpop: await dpop }) }
    const response = await app.inject({ url: '/userinfo', headers })
    const challenge = String(response.headers['www-authenticate'] ?? '')
    return [response.statusCode, /^DPoP error="(\w+)"/.exec(challenge)?.[1]]
  }
  const used = await phone.proof('/userinfo', { claims })
  t.same(await ask(`DPoP ${token}`, used), [200, undefined])
  t.same(await ask(`DPoP ${token}`, used), [401, 'invalid_dpop_proof'], 'the same proof again')
  t.same(await ask(`Bearer ${token}`), [401, 'invalid_token'], 'as a bearer token')
  t.same(await ask(`Bearer ${token}`, phone.proof('/userinfo', { claims })), [401, 'invalid_token'])
  t.same(await ask(`DPoP ${token}`), [401, 'invalid_dpop_proof'], 'without a proof')
  const rows: readonly [Changes, string][] = [
    [{ claims: { ...claims, ath: undefined } }, 'invalid_dpop_proof'],
    [{ claims: { ...claims, ath: sha256('another token') } }, 'invalid_dpop_proof'],
    [{ claims: { ...claims, htm: 'POST' } }, 'invalid_dpop_proof'],
    [{ claims: { ...claims, iat: nowSeconds() - 120, nonce: undefined } }, 'use_dpop_nonce'],
  ]
  for (const [changes, error] of rows)
    t.same(await ask(`DPoP ${token}`, phone.proof('/userinfo', changes)), [401, error])
  t.same(await ask(`DPoP ${token}`, thief.proof('/userinfo', { claims })), [401, 'invalid_token'], 'another key')
  const forBearer = phone.proof('/userinfo', { claims: { htm: 'GET', ath: sha256(bearer) } })
  t.same(await ask(`DPoP ${bearer}`, forBearer), [401, 'invalid_token'], 'a bearer token that calls itself DPoP')
})

t.test('§5.1: discovery names the algorithms', async (t) => {
  const { app } = await testServer(t)
  const metadata = (await app.inject('/.well-known/oauth-authorization-server')).json()
  t.same(metadata.dpop_signing_alg_values_supported, PROOF_ALGORITHMS)
  t.notOk(metadata.dpop_signing_alg_values_supported.some((alg: string) => /^(none|HS)/.test(alg)))
})
