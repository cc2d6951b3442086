// Which keys of strangers are worked with at all: an RSA key's owner chooses how much each verification costs.
import { generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import { checkProof, UNSOUND_PROOF } from '../src/dpop-proof.ts'
import { holdsPrivatePart, isModestKey } from '../src/public-key.ts'

function base64url(...bytes: number[]) {
  return Buffer.from(bytes).toString('base64url')
}
function ones(bits: number) {
  return Buffer.from((2n ** BigInt(bits) - 1n).toString(16), 'hex').toString('base64url')
}
const F4 = base64url(1, 0, 1)

t.test('RSA keys have 2048 to 4096 bits and an exponent of at most 32, however they are written', async (t) => {
  const rows: readonly (readonly [what: string, n: unknown, e: unknown, modest: boolean])[] = [
    ['2048 bits', ones(2048), F4, true],
    ['4096 bits', ones(4096), F4, true],
    ['the exponent 3', ones(2048), base64url(3), true],
    ['the longest exponent', ones(2048), ones(32), true],
    ['leading zeros before an ordinary exponent', ones(2048), base64url(0, 0, 0, 0, 0, 0, 1, 0, 1), true],
    ['2040 bits', ones(2040), F4, false],
    [
      '2040 bits behind zeros',
      Buffer.concat([Buffer.alloc(8), Buffer.from(ones(2040), 'base64url')]).toString('base64url'),
      F4,
      false,
    ],
    ['4104 bits', ones(4104), F4, false],
    ['16384 bits', ones(16_384), F4, false],
    ['an exponent of 40 bits', ones(2048), ones(40), false],
    ['an exponent as long as the modulus', ones(3072), ones(3072), false],
    ['the exponent 1, by which a signature is its own message', ones(2048), base64url(1), false],
    ['the exponent 0', ones(2048), base64url(0), false],
    ['no exponent', ones(2048), undefined, false],
    ['no modulus', undefined, F4, false],
    ['an exponent that is a number', ones(2048), 65_537, false],
  ]
  for (const [what, n, e, modest] of rows)
    t.equal(isModestKey(JSON.parse(JSON.stringify({ kty: 'RSA', n, e }))), modest, what)
  t.equal(isModestKey(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' })), true)
  t.equal(isModestKey({ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }), true, 'keys on curves have one size')
})

t.test('a private or shared key is known by any member that only such a key has', async (t) => {
  for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])
    t.equal(holdsPrivatePart({ kty: 'RSA', [member]: 'AA' }), true, member)
  t.equal(holdsPrivatePart({ kty: 'RSA', n: 'AA', e: 'AQAB', kid: 'd' }), false)
})

t.test('a proof with an immodest key is refused before anything is computed with the key', async (t) => {
  const header = Buffer.from(
    JSON.stringify({ typ: 'dpop+jwt', alg: 'RS256', jwk: { kty: 'RSA', n: ones(3072), e: ones(3072) } }),
  )
  const proof = `${header.toString('base64url')}.e30.AAAA`
  const answer = await checkProof(proof, { method: 'POST', addresses: ['https://login.example/token'] })
  t.same(answer, { kind: 'unsound', why: 'key' })
  t.match(UNSOUND_PROOF.key, /2048 to 4096 bits/)
})
