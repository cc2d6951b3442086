// Android key attestation, on chains of the test's own root: what vouches for a key, and every way in which it does not.
import { X509Certificate } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import type { AttestationProblem, AttestationTrust } from '../../../src/identity/attestation/attestation.ts'
import { checkAttestation } from '../../../src/identity/attestation/evidence.ts'
import { GOOGLE_ATTESTATION_ROOTS } from '../../../src/identity/attestation/roots.ts'
import {
  type AndroidClaims,
  derOf,
  type Issuer,
  jwkOf,
  keyDescription,
  mint,
  NOW,
  newKeys,
  rootOf,
} from '../../support/attestation.ts'

const CHALLENGE = '1764331200.a-challenge-of-ours.for-this-app'
const DIGEST = Array.from({ length: 32 }, () => 'AB').join(':')
const OTHER_DIGEST = Array.from({ length: 32 }, () => '01').join(':')
const identity = {
  android: { packageName: 'com.example.shop', digests: [OTHER_DIGEST, DIGEST] },
  apple: null,
  passkeys: true,
}

const root = await mint(undefined, { name: 'root' })
const upper = await mint(root, { name: 'upper', serial: '0a01' })
const lower = await mint(upper, { name: 'lower', serial: '0a02' })
const keys = await newKeys()
const jwk = await jwkOf(keys)
const trust: AttestationTrust = {
  appleRoots: [],
  androidRoots: [rootOf(await mint(undefined, { name: 'another root' })), rootOf(root)],
  revoked: new Set(),
  allowsDevelopment: false,
  now: NOW,
}

type LeafOptions = Omit<Parameters<typeof mint>[1], 'name'>
async function leaf(
  claims: Partial<AndroidClaims> = {},
  issuer: Issuer = lower,
  options: LeafOptions = {},
): Promise<Issuer> {
  const extensions = [keyDescription({ challenge: CHALLENGE, ...claims })]
  return mint(issuer, { name: 'leaf', isCa: false, keys, extensions, ...options })
}

function judge(chain: readonly Buffer[], changes: Readonly<Record<string, unknown>> = {}, believed = trust) {
  const text = chain.map((der) => der.toString('base64')).join(',')
  const expected = { identity, challenge: CHALLENGE, jwk, thumbprint: '', ...changes }
  return checkAttestation({ kind: 'android-key', text }, expected, believed)
}

const above = [derOf(lower), derOf(upper)]
const good = derOf(await leaf())

t.test('a key in hardware vouches for itself, with the root or without', async (t) => {
  t.strictSame(await judge([good, ...above]), { kind: 'attested' })
  t.strictSame(await judge([good, ...above, derOf(root)]), { kind: 'attested' })
  t.strictSame(
    await judge([derOf(await leaf({ attestationLevel: 2, keymasterLevel: 2 })), ...above]),
    { kind: 'attested' },
    'StrongBox',
  )
  t.strictSame(
    await judge([derOf(await leaf({ digest: '01'.repeat(32) })), ...above]),
    { kind: 'attested' },
    'the other certificate',
  )
  const dated = await leaf({}, lower, { from: new Date(0), until: new Date('2000-01-01') })
  t.strictSame(
    await judge([derOf(dated), ...above]),
    { kind: 'attested' },
    'the dates of the leaf are the word of the device',
  )
})

t.test('a root counts by its key: devices send certificates of it that have run out', async (t) => {
  const old = await mint(undefined, { name: 'root', keys: root.keys, until: new Date('2026-05-24') })
  t.strictSame(await judge([good, ...above, derOf(old)]), { kind: 'attested' })
})

const CLAIMS: readonly (readonly [string, Partial<AndroidClaims>, AttestationProblem])[] = [
  ['another package', { packageName: 'com.example.shop.fake' }, 'another app'],
  ['a package that begins like it', { packageName: 'com.example.shop\0' }, 'another app'],
  ['signed by somebody else', { digest: 'ff'.repeat(32) }, 'another app'],
  ['the app named by hardware, which knows none', { appIn: 'hardware' }, 'another app'],
  ['a key for all apps', { isForAll: true }, 'another app'],
  ['software-level key', { attestationLevel: 0, keymasterLevel: 0 }, 'not in hardware'],
  ['attested by hardware, kept in software', { keymasterLevel: 0 }, 'not in hardware'],
  ['kept in hardware, attested by software', { attestationLevel: 0 }, 'not in hardware'],
  ['a key that was imported', { origin: 2 }, 'not in hardware'],
  ['a key that does not sign', { purposes: [0, 1] }, 'not in hardware'],
  ['self-signed system', { bootState: 1 }, 'device not verified'],
  ['unverified boot', { bootState: 2 }, 'device not verified'],
  ['failed boot', { bootState: 3 }, 'device not verified'],
  ['unlocked boot loader', { isLocked: false }, 'device not verified'],
  ['boot state by software', { rootOfTrustIn: 'software' }, 'device not verified'],
  ['no boot state', { rootOfTrustIn: 'neither' }, 'device not verified'],
  ['challenge of another client', { challenge: `${CHALLENGE}!` }, 'another challenge'],
  ['no challenge', { challenge: '' }, 'another challenge'],
]

for (const [what, claims, because] of CLAIMS)
  t.test(`${what}: refused`, async (t) => {
    t.match(await judge([derOf(await leaf(claims)), ...above]), { kind: 'refused', because })
  })

t.test('another key than the one that registers: refused', async (t) => {
  t.match(await judge([good, ...above], { jwk: await jwkOf(await newKeys()) }), { because: 'another key' })
})

t.test('an app that is on record for Apple alone, or not at all: refused', async (t) => {
  t.match(await judge([good, ...above], { identity: undefined }), { because: 'another app' })
  t.match(await judge([good, ...above], { identity: { ...identity, android: null } }), { because: 'another app' })
})

t.test('a certificate below an attested key: its owner signs whatever they like', async (t) => {
  const genuine = await leaf({ packageName: 'com.example.attacker' }, lower, { keys: await newKeys() })
  const forged = await leaf({}, genuine)
  t.match(await judge([derOf(forged), derOf(genuine), ...above]), {
    because: 'unknown root',
    detail: /attested key as issuer/,
  })
  const plain = await mint(genuine, { name: 'leaf', keys })
  t.match(
    await judge([derOf(plain), derOf(genuine), ...above]),
    { because: 'unknown root' },
    'extension on an intermediate alone',
  )
})

t.test('a leaf with no attestation, or with two: refused', async (t) => {
  t.match(await judge([derOf(await mint(lower, { name: 'leaf', keys })), ...above]), { because: 'malformed' })
  const extensions = [keyDescription({ challenge: CHALLENGE }), keyDescription({ challenge: CHALLENGE })]
  t.match(await judge([derOf(await leaf({}, lower, { extensions })), ...above]), { because: 'malformed' })
})

t.test('a chain to nobody whom we know: refused', async (t) => {
  const other = await mint(undefined, { name: 'root' })
  const otherLower = await mint(other, { name: 'lower' })
  t.match(
    await judge([derOf(await leaf({}, otherLower)), derOf(otherLower)]),
    { because: 'unknown root' },
    'by another root of that name',
  )
  t.match(
    await judge([derOf(await leaf({}, otherLower)), derOf(otherLower), derOf(root)]),
    { because: 'unknown root' },
    'ours only stands there',
  )
  t.match(await judge([good, derOf(upper), derOf(lower)]), { because: 'unknown root' }, 'in another order')
  t.match(await judge([good, derOf(upper)]), { because: 'unknown root' }, 'one left out')
  const misnamed = { ...lower, name: 'somebody' }
  t.match(await judge([derOf(await leaf({}, misnamed)), ...above]), { because: 'unknown root' }, 'by another name')
  t.match(
    await judge([good, ...above], {}, { ...trust, androidRoots: [] }),
    { because: 'unknown root' },
    'nobody is believed',
  )
})

t.test('an intermediate that has run out, or does not count yet: refused', async (t) => {
  for (const dates of [{ until: new Date(NOW.getTime() - 1) }, { from: new Date(NOW.getTime() + 1000) }]) {
    const dated = await mint(upper, { name: 'lower', ...dates })
    t.match(await judge([derOf(await leaf({}, dated)), derOf(dated), derOf(upper)]), { because: 'out of date' })
  }
})

t.test('a revoked certificate anywhere in the chain: refused', async (t) => {
  const listed = (...serials: readonly string[]) => ({ ...trust, revoked: new Set(serials) })
  const numbered = [derOf(await leaf({}, lower, { serial: '00f1e2' })), ...above]
  t.strictSame(await judge(numbered, {}, listed('ffff')), { kind: 'attested' })
  for (const serial of ['a01', 'a02', 'f1e2'])
    t.match(await judge(numbered, {}, listed(serial)), { because: 'revoked' }, serial)
})

t.test('what is no chain: refused, and never an error', async (t) => {
  const pem = Buffer.from(lower.certificate.toString('pem'))
  const rows: Readonly<Record<string, readonly Buffer[]>> = {
    'a leaf alone': [good],
    'too many': [good, ...above, ...above, ...above],
    PEM: [good, pem, derOf(upper)],
    'bytes after a certificate': [Buffer.concat([good, Buffer.from('x')]), ...above],
    junk: [Buffer.from('junk'), Buffer.from('junk')],
    huge: [Buffer.alloc(16 * 1024), derOf(lower)],
  }
  for (const [what, chain] of Object.entries(rows))
    t.match(await judge(chain), { kind: 'refused', because: 'malformed' }, what)
  t.match(await judge([derOf(root), derOf(root)]), { kind: 'refused' }, 'a root alone')
  const texts = ['', ',', 'a b', `${good.toString('base64')},`, '☃', 'x'.repeat(1_000_000)]
  const expected = { identity, challenge: CHALLENGE, jwk, thumbprint: '' }
  for (const text of texts)
    t.match(
      await checkAttestation({ kind: 'android-key', text }, expected, trust),
      { because: 'malformed' },
      text.slice(0, 9),
    )
  const text = good.toString('base64')
  for (const kind of ['', 'constructor', '__proto__', 'play-integrity'])
    t.match(await checkAttestation({ kind, text }, expected, trust), { because: 'malformed' }, kind)
  t.match(
    await judge([good, ...above], { jwk: { kty: 'oct', k: 'AAAA' } }),
    { because: 'malformed' },
    'a key that is none',
  )
})

t.test('no byte of it can be another', async () => {
  const chain = [good, ...above]
  const places = chain.flatMap((der, which) => Array.from(der, (_, at) => ({ which, at })))
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...places), fc.integer({ min: 1, max: 255 }), async ({ which, at }, change) => {
      const changed = chain.map((der) => Buffer.from(der))
      changed[which]?.writeUInt8((changed[which]?.readUInt8(at) ?? 0) ^ change, at)
      return (await judge(changed)).kind === 'refused'
    }),
    { numRuns: 500 },
  )
})

t.test('both roots of Google are there: the old RSA key and the one that signs since 2026', async (t) => {
  const [rsa, ecdsa] = GOOGLE_ATTESTATION_ROOTS.map((pem) => new X509Certificate(pem))
  t.match(rsa, { subject: 'serialNumber=f92009e853b6b045', publicKey: { asymmetricKeyType: 'rsa' } })
  t.match(ecdsa?.subject, /CN=Key Attestation CA1/)
  t.strictSame(ecdsa?.publicKey.asymmetricKeyDetails, { namedCurve: 'secp384r1' })
  // As they were published, and checked by hand: https://android.googleapis.com/attestation/root
  t.match(rsa?.fingerprint256, /^CE:DB:1C:B6:DC:89:6A:E5:/)
  t.match(ecdsa?.fingerprint256, /^6D:9D:B4:CE:6C:5C:0B:29:/)
})
