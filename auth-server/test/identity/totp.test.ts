// Codes of authenticator apps: RFC 6238's own vectors, the steps around the present one, and what is no code.
import t from 'tap'
import { randomSecret } from '../../src/crypto/random.ts'
import { newRecoveryCodes, readRecoveryCode } from '../../src/identity/second-factors/recovery-codes.ts'
import {
  inviteApp,
  newTotpSecret,
  openTotpSecret,
  readCode,
  sealTotpSecret,
  stepOfCode,
} from '../../src/identity/second-factors/totp.ts'

const SECRET = Buffer.from('12345678901234567890')

t.test('RFC 6238 Appendix B, the last six digits of each code with SHA-1', async (t) => {
  const vectors: readonly (readonly [number, string])[] = [
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ]
  for (const [now, code] of vectors) {
    const step = Math.floor(now / 30)
    t.equal(await stepOfCode(SECRET, code, now), step)
    t.equal(await stepOfCode(SECRET, code, now + 30), step, 'a step later it still is that step’s')
    t.equal(await stepOfCode(SECRET, code, now - 30), step, 'a clock may be ahead')
    t.equal(await stepOfCode(SECRET, code, now + 60), undefined)
    t.equal(await stepOfCode(SECRET, code, now - 60), undefined)
  }
})

t.test('digits of other scripts are none, and spaces between digits do not matter', async (t) => {
  for (const text of [undefined, '', '12345', '1234567', '１２３４５６', '١٢٣٤٥٦', '12345a', '1e5000', '-12345'])
    t.equal(readCode(text), undefined, String(text))
  for (const text of ['123456', ' 123 456 ', '123-456']) t.equal(readCode(text), '123456')
})

t.test('a sealed secret opens with its key, for its own row, and is not in the seal', async (t) => {
  const key = [randomSecret()] as const
  const secret = newTotpSecret()
  t.equal(secret.length, 20)
  const sealed = await sealTotpSecret(secret, key, 'authenticator_1')
  t.strictSame(Buffer.from(await openTotpSecret(sealed, key, 'authenticator_1')), Buffer.from(secret))
  t.notOk(sealed.includes(Buffer.from(secret)))
  await t.rejects(openTotpSecret(sealed, key, 'authenticator_2'), 'in another row')
  await t.rejects(openTotpSecret(sealed, [randomSecret()], 'authenticator_1'), 'with another key')
})

t.test('an app is told everything in one address, whatever the names are', async (t) => {
  const { uri, secret } = await inviteApp(SECRET, { issuer: 'Café: Nord & Süd', account: 'ada:lovelace@example.com' })
  const url = new URL(uri)
  t.equal(url.protocol, 'otpauth:')
  t.match(Object.fromEntries(url.searchParams), {
    issuer: 'Café  Nord & Süd',
    secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
    digits: '6',
    period: '30',
  })
  t.equal(secret, 'GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ')
})

t.test('recovery codes are ten different ones, and are read as people write them', async (t) => {
  const codes = newRecoveryCodes()
  t.equal(new Set(codes).size, 10)
  for (const code of codes) {
    t.match(code, /^[b-z]{4}-[b-z]{4}-[b-z]{4}$/)
    const plain = code.replaceAll('-', '')
    for (const text of [code, plain, code.toUpperCase(), ` ${code.replaceAll('-', ' ')} `])
      t.equal(readRecoveryCode(text), plain)
    for (const text of [plain.slice(1), `${plain}b`, `${plain.slice(1)}a`, undefined])
      t.equal(readRecoveryCode(text), undefined)
  }
})
