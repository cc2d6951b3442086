// DPoP at the token endpoint: proofs that prove nothing, and tokens that want one.
import type { Row } from './row.ts'

export const dpopRows: readonly Row[] = [
  ['a sound proof', (s) => s.redeemProving(), '200'],
  ['no JWT', (s) => s.redeem({}, { dpop: 'foo' }), '400 invalid_dpop_proof'],
  [
    'two proofs',
    async (s) => s.redeem({}, { dpop: `${await s.proof()}, ${await s.proof()}` }),
    '400 invalid_dpop_proof',
  ],
  ['another htu', (s) => s.redeemProving({ claims: { htu: 'https://evil.example/token' } }), '400 invalid_dpop_proof'],
  ['htu with a query', (s) => s.redeemProving({ claims: { htu: `${s.origin}/token?x=y` } }), '200'],
  ['another htm', (s) => s.redeemProving({ claims: { htm: 'GET' } }), '400 invalid_dpop_proof'],
  ['htm in small letters', (s) => s.redeemProving({ claims: { htm: 'post' } }), '400 invalid_dpop_proof'],
  ['no jti', (s) => s.redeemProving({ claims: { jti: undefined } }), '400 invalid_dpop_proof'],
  ['no iat', (s) => s.redeemProving({ claims: { iat: undefined } }), '400 invalid_dpop_proof'],
  [
    'an hour old, no nonce',
    (s) => s.redeemProving({ claims: { iat: Math.floor(Date.now() / 1000) - 3600 } }),
    '400 use_dpop_nonce',
  ],
  [
    'an hour ahead, no nonce',
    (s) => s.redeemProving({ claims: { iat: Math.floor(Date.now() / 1000) + 3600 } }),
    '400 use_dpop_nonce',
  ],
  [
    'an hour old, with a fresh nonce',
    async (s) => s.redeemProving({ claims: { nonce: await s.nonce(), iat: Math.floor(Date.now() / 1000) - 3600 } }),
    '200',
  ],
  ['a nonce that nobody gave', (s) => s.redeemProving({ claims: { nonce: 'foo' } }), '400 use_dpop_nonce'],
  ['typ JWT', (s) => s.redeemProving({ header: { typ: 'JWT' } }), '400 invalid_dpop_proof'],
  ['no key in the header', (s) => s.redeemProving({ header: { jwk: undefined } }), '400 invalid_dpop_proof'],
  [
    'the private key in the header',
    (s) => s.redeemProving({ header: { jwk: s.privateJwk } }),
    '400 invalid_dpop_proof',
  ],
  [
    'signed by another key',
    async (s) => s.redeem({}, { dpop: `${(await s.proof()).slice(0, -4)}AAAA` }),
    '400 invalid_dpop_proof',
  ],
  [
    'alg none',
    async (s) => {
      const [, claims] = (await s.proof()).split('.')
      return s.redeem({}, { dpop: `${btoa('{"alg":"none","typ":"dpop+jwt"}').replaceAll('=', '')}.${claims}.` })
    },
    '400 invalid_dpop_proof',
  ],
  [
    'the same proof twice',
    async (s) => {
      const dpop = await s.proof()
      await s.redeem({}, { dpop })
      return s.redeem({}, { dpop })
    },
    '400 invalid_dpop_proof',
    {
      theirs: '400 invalid_grant',
      because: 'RFC 9449 §5: what is wrong is the proof, and a client that hears invalid_grant throws its code away',
    },
  ],
  [
    'a bound refresh token without a proof',
    async (s) => s.refresh((await s.tokens({ dpop: await s.proof() })).refresh),
    '400 invalid_grant',
  ],
  [
    'a refresh without a nonce',
    async (s) => s.refresh((await s.tokens({ dpop: await s.proof() })).refresh, {}, { dpop: await s.proof() }),
    '400 use_dpop_nonce',
  ],
  [
    'a bound refresh token with proof and nonce',
    async (s) =>
      s.refresh(
        (await s.tokens({ dpop: await s.proof() })).refresh,
        {},
        { dpop: await s.proof({ claims: { nonce: await s.nonce() } }) },
      ),
    '200',
  ],
]
