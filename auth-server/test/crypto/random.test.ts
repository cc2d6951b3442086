// No two secrets are alike, and none is short of randomness, wherever it was cut from the stock.
import t from 'tap'
import { randomSecret } from '../../src/crypto/random.ts'

t.test('each secret has the bytes that were asked for, and none comes twice', async (t) => {
  for (const bytes of [16, 32, 33, 4096]) {
    const secrets = Array.from({ length: 500 }, () => randomSecret(bytes))
    t.equal(new Set(secrets).size, secrets.length, `${bytes} bytes`)
    for (const secret of secrets) if (Buffer.from(secret, 'base64url').length !== bytes) t.fail(`${secret} is short`)
  }
})

t.test('no secret holds bytes of another, or of a stock that was wiped', async (t) => {
  const text = Array.from({ length: 2000 }, () => Buffer.from(randomSecret(), 'base64url').toString('hex'))
  const eights = text.flatMap((secret) => secret.match(/.{16}/g) ?? [])
  t.equal(new Set(eights).size, eights.length)
})
