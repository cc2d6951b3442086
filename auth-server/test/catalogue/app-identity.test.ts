// The record of an app: what may be written down, in which spellings, and the sentence for everything else.
import t from 'tap'
import { readIdentity, type WrittenIdentity } from '../../src/catalogue/app-identity.ts'

const BYTES = Buffer.from(Array.from({ length: 32 }, (_, index) => 200 + index))
const HEX = BYTES.toString('hex')
const SHOWN = (HEX.toUpperCase().match(/../g) ?? []).join(':')
const ANDROID = { androidPackage: 'com.example.shop', androidDigests: [SHOWN] }
const APPLE = { appleTeam: 'ABCDE12345', appleBundle: 'com.example.Shop-App' }

t.test('a digest is one value in each spelling that tools show', async (t) => {
  const spellings = [
    SHOWN,
    SHOWN.toLowerCase(),
    HEX,
    HEX.toUpperCase(),
    BYTES.toString('base64'),
    BYTES.toString('base64url'),
  ]
  t.strictSame(readIdentity({ ...ANDROID, androidDigests: [...spellings, ` ${HEX}\n`] }), {
    android: { packageName: 'com.example.shop', digests: [SHOWN] },
    apple: null,
    passkeys: true,
  })
  t.strictSame(readIdentity({ ...APPLE, passkeys: false }), {
    android: null,
    apple: { team: 'ABCDE12345', bundle: 'com.example.Shop-App' },
    passkeys: false,
  })
})

const WRONG: readonly (readonly [string, WrittenIdentity, RegExp])[] = [
  ['nothing', {}, /^Name the app on Android, on Apple devices, or on both\.$/],
  ['a package alone', { androidPackage: 'com.example.shop' }, /needs the SHA-256 digest of each certificate/],
  ['a digest alone', { androidDigests: [SHOWN] }, /goes with an Android package/],
  ...[
    'shop',
    'com..shop',
    'com.1shop',
    'com.example.shop.',
    'com.example.*',
    'com.exämple',
    'com.example.shop\n',
    `c.${'x'.repeat(200)}`,
  ].map(
    (androidPackage) =>
      [`package ${androidPackage.slice(0, 20)}`, { ...ANDROID, androidPackage }, /like com\.example\.shop/] as const,
  ),
  [
    'a SHA-1 digest',
    { ...ANDROID, androidDigests: [SHOWN.slice(0, 59)] },
    /SHA-1 digest; take the one that is named SHA-256/,
  ],
  ['a SHA-1 digest in base64', { ...ANDROID, androidDigests: [BYTES.subarray(0, 20).toString('base64')] }, /SHA-1/],
  ...[
    '',
    'zz',
    HEX.slice(2),
    `${HEX}00`,
    `${SHOWN}:`,
    BYTES.subarray(1).toString('base64'),
    '☃'.repeat(32),
    'a'.repeat(100_000),
  ].map(
    (digest) =>
      [
        `digest ${digest.slice(0, 20)}`,
        { ...ANDROID, androidDigests: [SHOWN, digest] },
        /64 hexadecimal digits/,
      ] as const,
  ),
  [
    'eleven certificates',
    { ...ANDROID, androidDigests: Array.from({ length: 11 }, (_, index) => HEX.slice(2) + (10 + index)) },
    /10 certificates at most/,
  ],
  ['a team alone', { appleTeam: 'ABCDE12345' }, /by its team and its bundle/],
  ['a bundle alone', { appleBundle: 'com.example.shop' }, /by its team and its bundle/],
  ...['abcde12345', 'ABCDE1234', 'ABCDE123456', 'ABCDE-1234'].map(
    (appleTeam) => [`team ${appleTeam}`, { ...APPLE, appleTeam }, /ten capital letters and digits/] as const,
  ),
  ...['shop', 'com.example.*', 'com.example.', 'com_example.shop', `c.${'x'.repeat(200)}`].map(
    (appleBundle) => [`bundle ${appleBundle.slice(0, 20)}`, { ...APPLE, appleBundle }, /without a wildcard/] as const,
  ),
]

for (const [what, written, says] of WRONG)
  t.test(`${what}: refused with a sentence`, async (t) => {
    t.throws(() => readIdentity(written), { name: 'InvalidIdentity', message: says })
  })
