// Apple's App Attest: two real iPhones' attestations, and chains of the test's own root for everything that real ones do not do.
import { createHash, X509Certificate } from 'node:crypto'
import { createRequire } from 'node:module'
import fc from 'fast-check'
import { verifyAttestation } from 'node-app-attest'
import t from 'tap'
import { checkAppAttest, clientDataHash } from '../../../src/identity/attestation/app-attest.ts'
import type { AttestationProblem, AttestationTrust } from '../../../src/identity/attestation/attestation.ts'
import { checkAttestation } from '../../../src/identity/attestation/evidence.ts'
import { APPLE_APP_ATTESTATION_ROOT } from '../../../src/identity/attestation/roots.ts'
import {
  type AppleClaims,
  appleObject,
  appleObjectOf,
  derOf,
  mint,
  NOW,
  newKeys,
  rootOf,
} from '../../support/attestation.ts'

interface Vector {
  readonly attestation: string
  readonly challenge: string
  readonly keyId: string
}
const require = createRequire(import.meta.url)
function vector(name: string): Vector {
  return require(`node-app-attest/test/fixtures/attestation-${name}.json`)
}
const REAL = { production: vector('production'), development: vector('development') } as const

const THEIRS = { team: 'V8H6LQ9448', bundle: 'io.uebelacker.AppAttestExample' }
const apple = new X509Certificate(APPLE_APP_ATTESTATION_ROOT)
/** While the certificates of both were good. */
const THEN = new Date('2024-03-01')
const trust: AttestationTrust = {
  appleRoots: [apple],
  androidRoots: [],
  revoked: new Set(),
  allowsDevelopment: false,
  now: THEN,
}

function identityOf(app: Readonly<{ team: string; bundle: string }> | null) {
  return { android: null, apple: app, passkeys: true }
}

/** Judges the attestation of a real iPhone. */
function judgeReal({ attestation, challenge }: Vector, changes: Partial<AttestationTrust> = {}, app = THEIRS) {
  const hash = createHash('sha256').update(Buffer.from(challenge, 'base64')).digest()
  const expected = { identity: identityOf(app), clientDataHash: hash }
  return checkAppAttest(Buffer.from(attestation, 'base64'), expected, { ...trust, ...changes })
}

t.test('a real iPhone, in production: attested, as the library that has recorded it says', async (t) => {
  t.strictSame(await judgeReal(REAL.production), { kind: 'attested' })
  const { attestation, challenge, keyId } = REAL.production
  const theirs = verifyAttestation({
    attestation: Buffer.from(attestation, 'base64'),
    challenge: Buffer.from(challenge, 'base64'),
    keyId,
    bundleIdentifier: THEIRS.bundle,
    teamIdentifier: THEIRS.team,
    allowDevelopmentEnvironment: false,
  })
  t.equal(theirs.environment, 'production')
})

t.test('a real iPhone, with a build from Xcode: refused, unless the server is told to take them', async (t) => {
  t.match(await judgeReal(REAL.development), { kind: 'refused', because: 'development build' })
  t.strictSame(await judgeReal(REAL.development, { allowsDevelopment: true }), { kind: 'attested' })
})

t.test('a real iPhone, for something else than it has attested: refused', async (t) => {
  const { production, development } = REAL
  const rows: readonly (readonly [string, ReturnType<typeof judgeReal>, AttestationProblem])[] = [
    ['another bundle', judgeReal(production, {}, { ...THEIRS, bundle: 'com.example.shop' }), 'another app'],
    ['another team', judgeReal(production, {}, { ...THEIRS, team: 'ABCDE12345' }), 'another app'],
    ['the challenge of another', judgeReal({ ...production, challenge: development.challenge }), 'another challenge'],
    ['today, two years after it has run out', judgeReal(production, { now: NOW }), 'out of date'],
    ['before it counts', judgeReal(production, { now: new Date('2024-01-01') }), 'out of date'],
    ['nobody is believed', judgeReal(production, { appleRoots: [] }), 'unknown root'],
    [
      'somebody else is believed',
      judgeReal(production, { appleRoots: [rootOf(await mint(undefined, { name: 'x' }))] }),
      'unknown root',
    ],
  ]
  for (const [what, judged, because] of rows) t.match(await judged, { kind: 'refused', because }, what)
})

const root = await mint(undefined, { name: 'Root' })
const issuer = await mint(root, { name: 'CA 1' })
const believed = { ...trust, appleRoots: [rootOf(root)], now: NOW }
const KEY = { challenge: 'a-challenge', thumbprint: 'a-thumbprint' }
const HASH = clientDataHash(KEY)
const OURS = identityOf({ team: 'ABCDE12345', bundle: 'com.example.shop' })

function judge(object: Buffer, changes: Readonly<Record<string, unknown>> = {}) {
  const expected = { identity: OURS, jwk: {}, ...KEY, ...changes }
  return checkAttestation({ kind: 'app-attest', text: object.toString('base64url') }, expected, believed)
}

t.test('it vouches for the key of the device by its thumbprint, and for no other', async (t) => {
  const object = await appleObject(issuer, { clientDataHash: HASH })
  t.equal(HASH.toString('hex'), createHash('sha256').update('a-challenge.a-thumbprint').digest('hex'))
  t.strictSame(await judge(object), { kind: 'attested' })
  t.match(await judge(object, { thumbprint: 'another' }), { because: 'another challenge' })
  t.match(await judge(object, { challenge: 'another' }), { because: 'another challenge' })
  t.match(await judge(object, { identity: undefined }), { because: 'another app' })
  t.match(await judge(object, { identity: identityOf(null) }), { because: 'another app' })
})

const CLAIMS: readonly (readonly [string, Partial<AppleClaims>, AttestationProblem])[] = [
  ['another app', { appId: 'ABCDE12345.com.example.shop.fake' }, 'another app'],
  ['a counter that has counted', { counter: 1 }, 'malformed'],
  ['a counter of 2^31', { counter: 2 ** 31 }, 'malformed'],
  ['a development build', { aaguid: 'appattestdevelop' }, 'development build'],
  ['an authenticator of somebody', { aaguid: 'somebody-else-16' }, 'malformed'],
  ['another credential', { credentialId: Buffer.alloc(32) }, 'another key'],
  ['no credential', { credentialId: Buffer.alloc(0) }, 'another key'],
  ['another format', { format: 'packed' }, 'malformed'],
]
for (const [what, claims, because] of CLAIMS)
  t.test(`${what}: refused`, async (t) => {
    t.match(await judge(await appleObject(issuer, { clientDataHash: HASH, ...claims })), { kind: 'refused', because })
  })

t.test('certificates that do not count: refused', async (t) => {
  const claims = { clientDataHash: HASH }
  const expired = await appleObject(issuer, claims, { until: new Date(NOW.getTime() - 1) })
  t.match(await judge(expired), { because: 'out of date' }, 'the leaf')
  const old = await mint(root, { name: 'CA 1', until: new Date(NOW.getTime() - 1) })
  t.match(await judge(await appleObject(old, claims)), { because: 'out of date' }, 'the intermediate')
  const leaf = await mint(root, { name: 'no CA', isCa: false })
  t.match(await judge(await appleObject(leaf, claims)), { because: 'unknown root' }, 'signed by a leaf')
  const stranger = await mint(undefined, { name: 'Root' })
  t.match(await judge(await appleObject(stranger, claims)), { because: 'unknown root' }, 'by a stranger')
  t.match(
    await judge(await appleObject(issuer, claims, { extensions: [] })),
    { because: 'another challenge' },
    'no nonce',
  )
})

t.test('what is no attestation object: refused, and never an error', async (t) => {
  const good = await appleObject(issuer, { clientDataHash: HASH })
  const authData = Buffer.alloc(60)
  const rows: Readonly<Record<string, Buffer>> = {
    junk: Buffer.from('junk'),
    'bytes after it': Buffer.concat([good, Buffer.from('x')]),
    'cut off': good.subarray(0, 200),
    'nested without end': Buffer.alloc(15_000, 0x81),
    huge: Buffer.alloc(17 * 1024, 0x40),
    'no certificate': appleObjectOf(authData, []),
    'one certificate': appleObjectOf(authData, [derOf(issuer)]),
    'three certificates': appleObjectOf(authData, [derOf(issuer), derOf(issuer), derOf(issuer)]),
    'certificates that are none': appleObjectOf(authData, [Buffer.from('x'), Buffer.from('y')]),
    'authData too short': appleObjectOf(Buffer.alloc(54), [derOf(await mint(issuer, { name: 'x' })), derOf(issuer)]),
  }
  for (const [what, object] of Object.entries(rows)) t.match(await judge(object), { kind: 'refused' }, what)
  t.match(
    await checkAttestation({ kind: 'app-attest', text: 'AA,AA' }, { identity: OURS, jwk: {}, ...KEY }, believed),
    { because: 'malformed' },
  )
})

t.test('no byte of it can be another', async () => {
  const object = await appleObject(issuer, { clientDataHash: HASH }, { keys: await newKeys() })
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: object.length - 1 }), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const changed = Buffer.from(object)
      changed.writeUInt8(changed.readUInt8(at) ^ change, at)
      return (await judge(changed)).kind === 'refused'
    }),
    { numRuns: 500 },
  )
})
