// Every token that this server signs can be verified by others, whatever numbers its signature happens to have.
import { execFile } from 'node:child_process'
import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Worker } from 'node:worker_threads'
import { base64url, jwtVerify } from 'jose'
import t, { type Test } from 'tap'
import { signJwt } from '../../src/crypto/sign-jwt.ts'
import type { SigningAlgorithm } from '../../src/crypto/signing-algorithms.ts'

const THREADS: Worker[] = []
process.on('worker', (thread) => THREADS.push(thread))

const PAIRS: Readonly<Record<SigningAlgorithm, KeyPairKeyObjectResult>> = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  EdDSA: generateKeyPairSync('ed25519'),
}

const ALGORITHMS = ['ES256', 'RS256', 'EdDSA'] as const

for (const alg of ALGORITHMS)
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

/** Tokens of all algorithms, side by side; fails where one is not what was asked for. */
async function signSideBySide(t: Test, count: number): Promise<void> {
  const each = Array.from({ length: count }, async (_, n) => {
    const alg = ALGORITHMS[n % ALGORITHMS.length] ?? 'ES256'
    const { privateKey, publicKey } = PAIRS[alg]
    const token = await signJwt({ kid: alg, alg, privateKey }, 'JWT', { n })
    const { payload, protectedHeader } = await jwtVerify(token, publicKey, { algorithms: [alg] })
    return payload.n === n && protectedHeader.kid === alg
  })
  t.notOk((await Promise.all(each)).includes(false))
}

t.test('whoever asks side by side gets the signature of their own claims by their own key', (t) =>
  signSideBySide(t, 300),
)

t.test('a thread that is lost takes no token with it, whenever that happens, and another comes', async (t) => {
  const [thread] = THREADS.splice(0)
  t.ok(thread)
  const signed = signSideBySide(t, 300)
  await thread?.terminate()
  await signed
  await signSideBySide(t, 30)
  const [next, ...others] = THREADS
  t.strictSame(others, [], 'one for all')
  // At work on tokens of another turn of the event loop.
  const several = Array.from({ length: 20 }, () => new Promise(setImmediate).then(() => signSideBySide(t, 30)))
  next?.emit('error', new Error('no more memory'))
  await next?.terminate()
  await Promise.all(several)
  await signSideBySide(t, 30)
  t.equal(THREADS.length, 2)
})

t.test('a key that cannot sign fails for whoever came with it alone', async (t) => {
  const { publicKey } = PAIRS.ES256
  const sound = signSideBySide(t, 30)
  await t.rejects(signJwt({ kid: 'k1', alg: 'ES256', privateKey: publicKey }, 'JWT', {}), TypeError)
  await sound
  await signSideBySide(t, 30)
})

t.test(
  'where the system gives no thread, tokens are signed without one, and a password is asked for later',
  async (t) => {
    const script = join(import.meta.dirname, 'support', 'without-threads.ts')
    // What a process may not begin fails like what the system cannot give: at once. (What the test runner has each child
    // load wants more than that.)
    const node = ['-u', 'NODE_OPTIONS', process.execPath, '--permission', '--allow-fs-read=*', script]
    const { stdout } = await promisify(execFile)('env', node)
    t.strictSame(JSON.parse(stdout), {
      signatures: [86, 86, 86],
      byNoKey: 'TypeError',
      password: 'PasswordThreadLost',
    })
  },
)
