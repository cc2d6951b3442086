// Claims beyond the server's own: which can be added, how they stay with the login, and who gets to see them.

import { isReservedClaim } from '@mobile-api-gateway/sdk/claim-names.ts'
import { decodeJwt } from 'jose'
import t from 'tap'
import { OPENID_SCOPES } from '../../src/catalogue/openid-scopes.ts'
import { sha256 } from '../../src/crypto/digest.ts'
import type { AddedClaims } from '../../src/store/added-claims.ts'
import { addClaims, MAX_ADDED_BYTES } from '../../src/tokens/added-claims.ts'
import { ID_TOKEN_CLAIMS } from '../../src/tokens/id-token.ts'
import { Browser } from '../support/browser.ts'
import { postForm } from '../support/clients.ts'
import { answerOf, logIn } from '../support/phone.ts'
import { testServer } from '../support/server.ts'
import { Website } from '../support/website.ts'

const server = await testServer(t)
const { app, db } = server
const site = await Website.open(server)

/** Signs in; the code that comes back carries these claims. */
async function signInWith(claims: AddedClaims, scope: string) {
  const browser = new Browser(app)
  const { code = '' } = answerOf(await logIn(browser, await site.send(browser, { scope })))
  await db
    .updateTable('authorization_codes')
    .set({ added_claims: JSON.stringify(claims) })
    .where('code_hash', '=', sha256(code))
    .execute()
  return (await site.token({ grant_type: 'authorization_code', code, redirect_uri: site.redirectUri })).json()
}

function introspect(token: string) {
  const basic = Buffer.from(`${site.clientId}:${site.definition.clientSecret}`).toString('base64')
  return postForm(app, '/introspect', { token }, { authorization: `Basic ${basic}` })
}

const CLAIMS = { access_token: { tier: 'gold', 'https://example.com/sites': [1, 2] }, id_token: { tier: 'gold, too' } }

t.test('they are in the tokens of the login and of each refresh, at introspection and userinfo', async (t) => {
  const first = await signInWith(CLAIMS, 'openid orders:read')
  const refreshed = (await site.token({ grant_type: 'refresh_token', refresh_token: first.refresh_token })).json()
  for (const tokens of [first, refreshed]) {
    t.match(decodeJwt(tokens.access_token), { ...CLAIMS.access_token, client_id: site.clientId })
    t.match(decodeJwt(tokens.id_token), { ...CLAIMS.id_token, aud: site.clientId })
    t.match((await site.userinfo(tokens.access_token)).json(), CLAIMS.id_token)
    t.match((await introspect(tokens.access_token)).json(), CLAIMS.access_token)
  }
  t.match((await introspect(refreshed.refresh_token)).json(), CLAIMS.access_token)
})

t.test("the server's own claims win, whatever the row says", async (t) => {
  const forged = { iss: 'https://evil.example.com', sub: 'usr_x', aud: 'x', acr: 'x', cnf: { jkt: 'x' }, active: false }
  const tokens = await signInWith({ access_token: forged, id_token: forged }, 'openid orders:read')
  for (const token of [tokens.access_token, tokens.id_token]) {
    const { iss, sub, aud, acr } = decodeJwt(token)
    for (const claim of [iss, sub, aud, acr]) t.notOk(Object.values<unknown>(forged).includes(claim))
  }
})

t.test('a name of a protocol or of this server is reserved, in any case of its letters', async (t) => {
  const { access_token } = await signInWith({}, 'openid orders:read')
  const told = [...ID_TOKEN_CLAIMS, ...Object.values(OPENID_SCOPES).flatMap(({ claims }) => claims)]
  for (const name of [...told, ...Object.keys(decodeJwt(access_token)), 'nonce', 'cnf', 'groups', 'ISS', 'Email'])
    t.equal(isReservedClaim(name), true, name)
  for (const name of ['iss', 'cnf', 'Active'])
    t.strictSame(addClaims({}, { access_token: { [name]: 'x' } }), { wrong: `the claim ${name} is the server's own` })
})

t.test('what is no claim, or too much, is refused with a sentence', async (t) => {
  const long = 'x'.repeat(MAX_ADDED_BYTES)
  const many = Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`c${index}`, true]))
  const table: readonly (readonly [unknown, RegExp])[] = [
    [undefined, /have to be an object/],
    [[], /have to be an object/],
    [{ refresh_token: {} }, /not for "refresh_token"/],
    [{ access_token: 'x' }, /for access_token have to be an object/],
    [{ access_token: { '': 1 } }, /cannot be the name/],
    [{ access_token: { 'a b': 1 } }, /cannot be the name/],
    [{ access_token: JSON.parse('{"__proto__": 1}') }, /cannot be the name/],
    [{ access_token: { constructor: 1 } }, /cannot be the name/],
    [{ access_token: { tier: null } }, /has to be text/],
    [{ access_token: { tier: 'a\0b' } }, /has to be text/],
    [{ access_token: { tier: '\ud800' } }, /has to be text/],
    [{ access_token: { tier: { '\ud800': 1 } } }, /has to be text/],
    [{ access_token: { tier: [[[['deep']]]] } }, /4 deep/],
    [{ access_token: { tier: Number.NaN } }, /has to be text/],
    [{ access_token: { tier: long } }, /bytes of claims/],
    [{ id_token: many }, /33 claims/],
  ]
  for (const [claims, wrong] of table) t.match(addClaims({}, claims), { wrong })
  const half = { access_token: { first: 'x'.repeat(MAX_ADDED_BYTES / 2) } }
  t.match(addClaims(half, { access_token: { second: 'x'.repeat(MAX_ADDED_BYTES / 2) } }), { wrong: /bytes of claims/ })
  t.strictSame(addClaims({ access_token: { tier: 'a', kept: 1 } }, { access_token: { tier: 'b' } }), {
    claims: { access_token: { tier: 'b', kept: 1 } },
  })
})
