// RFC 7636 and RFC 9700 §2.1.1: PKCE with S256 for every client; no downgrade.
import t from 'tap'
import { sha256 } from '../../../src/crypto/digest.ts'
import { Browser } from '../../support/browser.ts'
import { expectCode, expectJsonError, expectRefusal } from '../../support/expect.ts'
import { answerOf, authorizeUrl, logIn, pkcePair, REDIRECT_URI, redeem } from '../../support/phone.ts'
import { testServer } from '../../support/server.ts'
import { CLAIMED_URI, nextCode, signedInBrowser } from '../../support/session.ts'
import { Website } from '../../support/website.ts'

const server = await testServer(t)
const { app } = server
const browser = await signedInBrowser(app)
const { challenge, verifier } = pkcePair()

t.test('§4.4.1: an authorization request without a sound S256 challenge is invalid_request', async (t) => {
  const rows: [string, Record<string, string | undefined>][] = [
    ['no PKCE at all', { code_challenge: undefined, code_challenge_method: undefined }],
    ['challenge empty', { code_challenge: '' }],
    ['challenge missing', { code_challenge: undefined }],
    ['method missing, which would mean plain', { code_challenge_method: undefined }],
    ['method plain', { code_challenge_method: 'plain', code_challenge: verifier }],
    ['method in another case', { code_challenge_method: 's256' }],
    ['method unknown', { code_challenge_method: 'S512' }],
    ['challenge of 42 characters', { code_challenge: challenge.slice(1) }],
    ['challenge of 44 characters', { code_challenge: `${challenge}A` }],
    ['challenge with padding', { code_challenge: `${challenge.slice(1)}=` }],
    ['challenge with a plus', { code_challenge: `${challenge.slice(1)}+` }],
    ['challenge with a slash', { code_challenge: `${challenge.slice(1)}/` }],
    ['challenge with a dot', { code_challenge: `${challenge.slice(1)}.` }],
    ['challenge with a line break after it', { code_challenge: `${challenge}\n` }],
    ['challenge with a space', { code_challenge: `${challenge.slice(1)} ` }],
  ]
  for (const [name, changes] of rows)
    await t.test(name, async (t) =>
      expectRefusal(t, await app.inject(authorizeUrl(challenge, changes)), {
        to: REDIRECT_URI,
        error: 'invalid_request',
        state: 'a-state',
      }),
    )
  await t.test('challenge twice', async (t) =>
    expectRefusal(t, await app.inject(`${authorizeUrl(challenge)}&code_challenge=${challenge}`), {
      to: REDIRECT_URI,
      error: 'invalid_request',
      state: 'a-state',
    }),
  )
})

t.test('§4.1, §4.6: a verifier that does not hash to the challenge is refused', async (t) => {
  const rows: [string, string, string][] = [
    ['no verifier (downgrade)', '', 'invalid_grant'],
    ['another verifier', pkcePair().verifier, 'invalid_grant'],
    ['42 characters', 'a'.repeat(42), 'invalid_grant'],
    ['129 characters', 'a'.repeat(129), 'invalid_grant'],
    ['a character outside the alphabet', `${'a'.repeat(43)}+`, 'invalid_grant'],
    ['a line break after it', `${'a'.repeat(43)}\n`, 'invalid_grant'],
    ['a letter outside ASCII', `${'a'.repeat(43)}é`, 'invalid_grant'],
  ]
  for (const [name, sent, error] of rows)
    await t.test(name, async (t) => {
      const { code, redirectUri } = await nextCode(browser)
      expectJsonError(t, await redeem(app, code, sent, { redirect_uri: redirectUri }), 400, error)
    })
  await t.test('the challenge itself instead of the verifier (plain)', async (t) => {
    const own = pkcePair()
    const response = await browser.open(authorizeUrl(own.challenge, { redirect_uri: CLAIMED_URI }))
    const code = expectCode(t, response, { to: CLAIMED_URI, state: 'a-state' })
    expectJsonError(t, await redeem(app, code, own.challenge, { redirect_uri: CLAIMED_URI }), 400, 'invalid_grant')
    t.equal((await redeem(app, code, own.verifier, { redirect_uri: CLAIMED_URI })).statusCode, 200)
  })
})

t.test('§4.1: every verifier that the alphabet allows works', async (t) => {
  for (const verifier of ['-._~'.repeat(11), 'A'.repeat(43), 'z0~.'.repeat(32)]) {
    const response = await browser.open(authorizeUrl(sha256(verifier), { redirect_uri: CLAIMED_URI }))
    const code = expectCode(t, response, { to: CLAIMED_URI, state: 'a-state' })
    t.equal((await redeem(app, code, verifier, { redirect_uri: CLAIMED_URI })).statusCode, 200)
  }
})

t.test('§ Appendix B: the example of the RFC', async (t) => {
  t.equal(sha256('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'), 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM')
})

t.test('three wrong verifiers from its own client burn a code; one or two do not', async (t) => {
  const wrong = () => pkcePair().verifier
  const two = await nextCode(browser)
  for (let guess = 0; guess < 2; guess++)
    expectJsonError(t, await redeem(app, two.code, wrong(), { redirect_uri: CLAIMED_URI }), 400, 'invalid_grant')
  t.equal((await redeem(app, two.code, two.verifier, { redirect_uri: CLAIMED_URI })).statusCode, 200)

  const three = await nextCode(browser)
  for (let guess = 0; guess < 3; guess++)
    expectJsonError(t, await redeem(app, three.code, wrong(), { redirect_uri: CLAIMED_URI }), 400, 'invalid_grant')
  expectJsonError(t, await redeem(app, three.code, three.verifier, { redirect_uri: CLAIMED_URI }), 400, 'invalid_grant')
})

t.test('RFC 9700 §2.1.1: a verifier for a code that was asked for without a challenge is a downgrade', async (t) => {
  const site = await Website.open(server, { pkceRequired: false })
  const code = async (changes = {}) => {
    const visitor = new Browser(app)
    return answerOf(await logIn(visitor, await site.send(visitor, changes))).code
  }
  const plain = await code()
  const unasked = await site.redeem(plain, { code_verifier: verifier })
  expectJsonError(t, unasked, 400, 'invalid_request', /without code_challenge/)
  t.equal((await site.redeem(plain)).statusCode, 200, 'and burns nothing')
  const bound = await code({ code_challenge: challenge, code_challenge_method: 'S256' })
  expectJsonError(t, await site.redeem(bound), 400, 'invalid_grant')
  t.equal((await site.redeem(bound, { code_verifier: verifier })).statusCode, 200)
})

t.test('a code caught on its way is worth nothing without the verifier of the device that asked', async (t) => {
  const victim = await nextCode(browser)
  const attacker = await nextCode(browser)
  expectJsonError(
    t,
    await redeem(app, victim.code, attacker.verifier, { redirect_uri: CLAIMED_URI }),
    400,
    'invalid_grant',
  )
})
