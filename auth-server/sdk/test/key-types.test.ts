// One table of keys and algorithms for both halves: what a key can be for, and every name of it.
import { exportJWK, generateKeyPair } from 'jose'
import t from 'tap'
import { namesOf } from '../src/algorithm.ts'
import { algorithmsOf, keyTypeOf, SIGNATURE_ALGORITHMS } from '../src/key-types.ts'

t.test('a key made for an algorithm can be for it, and its public members are known', async (t) => {
  for (const algorithm of SIGNATURE_ALGORITHMS) {
    const { publicKey } = await generateKeyPair(algorithm, { extractable: true })
    const jwk = await exportJWK(publicKey)
    t.ok(algorithmsOf(jwk).flatMap(namesOf).includes(algorithm), algorithm)
    t.same(new Set(keyTypeOf(jwk)?.members), new Set(Object.keys(jwk).filter((name) => name !== 'kty')), algorithm)
  }
})

t.test('neither a shared key, nor one for encryption, nor a name of JavaScript is a key for signatures', async (t) => {
  for (const kty of ['oct', 'AKP', 'constructor', '__proto__', undefined, 7]) t.equal(keyTypeOf({ kty }), undefined)
  for (const crv of ['X25519', 'secp256k1', 'constructor', undefined, 7])
    for (const kty of ['EC', 'OKP']) t.strictSame(algorithmsOf({ kty, crv }), [], `${kty} ${crv}`)
  t.notOk(SIGNATURE_ALGORITHMS.some((name) => /^HS|none/.test(name)))
  t.strictSame(algorithmsOf({ kty: 'RSA', crv: 'P-256' }), algorithmsOf({ kty: 'RSA' }))
})
