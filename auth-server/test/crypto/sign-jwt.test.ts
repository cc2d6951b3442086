// Every token that this server signs can be verified by others, whatever numbers its signature happens to have.
import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto'
import { base64url, jwtVerify } from 'jose'
import t from 'tap'
import { signJwt } from '../../src/crypto/sign-jwt.ts'
import type { SigningAlgorithm } from '../../src/crypto/signing-algorithms.ts'

const PAIRS: Readonly<Record<SigningAlgorithm, KeyPairKeyObjectResult>> = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  EdDSA: generateKeyPairSync('ed25519'),
}

for (const alg of ['ES256', 'RS256', 'EdDSA'] as const)
  t.test(`${alg}: verified by jose, with its type and key id`, async (t) => {
    const { privateKey, publicKey } = PAIRS[alg]
    const claims = { iss: 'https://auth.example.com', name: 'Ünïcødé 🔑', nothing: undefined, exp: 4e9 }
    const token = await signJwt({ kid: 'k1', alg, privateKey }, 'at+jwt', claims)
    const { payload, protectedHeader } = await jwtVerify(token, publicKey, { algorithms: [alg] })
    t.strictSame(payload, { iss: claims.iss, name: claims.name, exp: claims.exp })
    t.strictSame(protectedHeader, { alg, typ: 'at+jwt', kid: 'k1' })
  })

t.test('ES256: numbers that are shorter, and those whose first bit is set, keep their places', async (t) => {
  const { privateKey, publicKey } = PAIRS.ES256
  let shorter = 0
  let high = 0
  for (let each = 0; each < 3000; each++) {
    const token = await signJwt({ kid: 'k1', alg: 'ES256', privateKey }, 'JWT', { each })
    const signature = base64url.decode(token.slice(token.lastIndexOf('.') + 1))
    if (signature.length !== 64) t.fail(`${signature.length} bytes`)
    const first = [signature[0] ?? 0, signature[32] ?? 0]
    shorter += first.filter((byte) => byte === 0).length
    high += first.filter((byte) => byte > 127).length
    await jwtVerify(token, publicKey)
  }
  t.ok(shorter > 0, 'one in 128 signatures has a number with a byte less')
  t.ok(high > 0)
})
