// Hashes of other systems, made by their own libraries: each fits its password and no other; what would cost too much is refused.
import t from 'tap'
import { costOf, type ImportedHash } from '../../src/crypto/imported/hash.ts'
import { readHash } from '../../src/crypto/imported/read.ts'
import { isImported, openImported, sealImported } from '../../src/crypto/imported/sealed.ts'
import { verifyImported } from '../../src/crypto/imported/verify.ts'
import { hashPassword, verifyPassword } from '../../src/crypto/password.ts'
import { randomSecret } from '../../src/crypto/random.ts'
import { FOREIGN, FOREIGN_PASSWORD } from '../support/foreign-hashes.ts'

for (const [name, text, cost] of FOREIGN)
  t.test(`${name} fits its password and no other`, async (t) => {
    const hash = readHash(text)
    t.equal(costOf(hash), cost)
    t.equal(await verifyImported(hash, FOREIGN_PASSWORD), true)
    t.equal(await verifyImported(hash, `${FOREIGN_PASSWORD}!`), false)
    t.equal(await verifyImported(hash, ''), false)
  })

/** The example of https://github.com/firebase/scrypt. */
const FIREBASE = {
  kind: 'firebase-scrypt',
  memCost: 14,
  rounds: 8,
  salt: url('42xEC+ixf3L2lw=='),
  saltSeparator: url('Bw=='),
  signerKey: url('jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA=='),
  key: url('lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ=='),
} as const

function url(base64: string): string {
  return Buffer.from(base64, 'base64').toString('base64url')
}

t.test("Firebase's own example fits", async (t) => {
  t.equal(costOf(FIREBASE), 'firebase-16384-8-1')
  t.equal(await verifyImported(FIREBASE, 'user1password'), true)
  t.equal(await verifyImported(FIREBASE, 'user2password'), false)
  t.equal(await verifyImported({ ...FIREBASE, saltSeparator: '' }, 'user1password'), false)
  const kratos =
    '$firescrypt$ln=14,r=8,p=1$42xEC+ixf3L2lw==$lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==$Bw==$jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA=='
  t.strictSame(readHash(kratos), FIREBASE)
})

t.test('vectors of RFC 6070 and RFC 7914 fit', async (t) => {
  const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex').toString('base64url')
  const rows: readonly (readonly [string, ImportedHash, string])[] = [
    [
      'PBKDF2-HMAC-SHA-1, 4096 rounds',
      {
        ...{ kind: 'pbkdf2', digest: 'sha1', iterations: 4096, salt: Buffer.from('salt').toString('base64url') },
        key: hex('4b007901b765489abead49d926f721d065a429c1'),
      },
      'password',
    ],
    [
      'scrypt, N = 1024',
      {
        ...{ kind: 'scrypt', cost: 1024, blockSize: 8, parallelization: 16 },
        salt: Buffer.from('NaCl').toString('base64url'),
        key: hex(
          'fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640',
        ),
      },
      'password',
    ],
    [
      'PBKDF2-HMAC-SHA-256, one round, of RFC 7914',
      {
        ...{ kind: 'pbkdf2', digest: 'sha256', iterations: 1, salt: Buffer.from('salt').toString('base64url') },
        key: hex(
          '55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783',
        ),
      },
      'passwd',
    ],
  ]
  for (const [name, hash, password] of rows) {
    t.ok(costOf(hash))
    t.equal(await verifyImported(hash, password), true, name)
    t.equal(await verifyImported(hash, `${password}s`), false, name)
  }
})

t.test('a hash that would keep the server busy, that says too little, or is guessed is refused', async (t) => {
  const salt = 'c29tZXNhbHQ'
  const key = 'A'.repeat(43)
  const rows: readonly (readonly [string, RegExp])[] = [
    [`$2b$31$${'A'.repeat(53)}`, /bcrypt of cost 31, and 14 is the most/],
    [`$2b$15$${'A'.repeat(53)}`, /bcrypt of cost 15/],
    [`$2b$03$${'A'.repeat(53)}`, /is no bcrypt hash/],
    [`$2x$10$${'A'.repeat(53)}`, /is none of bcrypt/],
    ['$2b$10$short', /is none of bcrypt/],
    [`$2b$10$${'!'.repeat(53)}`, /is no bcrypt hash/],
    [`$argon2id$v=19$m=4194304,t=1,p=1$${salt}$${key}`, /4194304 KiB of memory/],
    [`$argon2id$v=19$m=262144,t=5,p=1$${salt}$${key}`, /5 passes/],
    [`$argon2id$v=19$m=65536,t=1,p=255$${salt}$${key}`, /255 lanes/],
    [`$argon2id$v=19$m=65536,t=99999999999,p=1$${salt}$${key}`, /is no Argon2 hash/],
    [`$argon2id$v=19$m=8,t=1,p=0$${salt}$${key}`, /is no Argon2 hash/],
    [`$argon2id$v=20$m=65536,t=1,p=1$${salt}$${key}`, /is no Argon2 hash/],
    [`$argon2id$v=19$m=65536,t=1,p=1$${salt}$AAAA`, /is no Argon2 hash/],
    [`$pbkdf2-sha256$i=1000000000,l=32$${salt}$${key}`, /PBKDF2 of 1000000000 rounds, and 2000000/],
    [`$pbkdf2-sha256$i=0,l=32$${salt}$${key}`, /how many rounds/],
    [`$pbkdf2-md5$i=1000,l=32$${salt}$${key}`, /a digest that is not one of/],
    [`$pbkdf2-sha256$i=1000,l=1$${salt}$AA`, /has 1 bytes; 16 to 512/],
    [`$pbkdf2-sha256$i=1000,l=9999$${salt}$${'A'.repeat(8000)}`, /has 6000 bytes/],
    [`$pbkdf2-sha512$i=2000000,l=128$${salt}$${'A'.repeat(171)}`, /PBKDF2 of 4000000 rounds/],
    [`$scrypt$ln=30,r=8,p=1$${salt}$${key}`, /N=1073741824/],
    [`$scrypt$ln=14,r=8,p=1000$${salt}$${key}`, /p=1000/],
    [`$scrypt$ln=1000,r=8,p=1$${salt}$${key}`, /parameters that scrypt does not have/],
    [`$scrypt$ln=14,r=0,p=1$${salt}$${key}`, /parameters that scrypt does not have/],
    ['$firescrypt$ln=40,r=8,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAA$Bw==$AAAAAAAAAAAAAAAAAAAAAA', /mem_cost/],
    ['$firescrypt$ln=14,r=8,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAA$Bw==$AAAAAAAAAAAAAAAAAAAAAAAA', /signer key/],
    ['5f4dcc3b5aa765d61d8327deb882cf99', /so quick/],
    ['$1$salt$qJH7.N4xYta3aEG/dfqo/0', /so quick/],
    ['$6$rounds=5000$salt$abc', /so quick/],
    ['{SSHA}MTIz', /so quick/],
    ['secret', /is none of bcrypt/],
    ['', /is none of bcrypt/],
  ]
  for (const [text, why] of rows)
    t.throws(() => readHash(text), { name: 'UnusableHash', message: why }, text.slice(0, 60))
})

t.test('sealed, nothing of a hash can be read without the pepper but what a check costs', async (t) => {
  const [pepper, other] = [randomSecret(), randomSecret()]
  const text = FOREIGN[0]?.[1] ?? ''
  const sealed = await sealImported(pepper, readHash(text))
  t.match(sealed, /^imported:[\w-]+:ey/)
  t.ok(isImported(sealed))
  t.notOk(isImported(await hashPassword(pepper, 'x')))
  t.notOk(sealed.includes(text.slice(-20)))
  t.strictSame(await openImported(pepper, sealed), readHash(text))
  t.equal(await openImported(other, sealed), undefined)
  t.equal(await verifyPassword(pepper, FOREIGN_PASSWORD, sealed), true)
  t.equal(await verifyPassword(pepper, 'another', sealed), false)
  t.equal(await verifyPassword(other, FOREIGN_PASSWORD, sealed), false)
})

t.test('a password counts as it was typed, and in the form in which we keep passwords', async (t) => {
  const { hash } = await import('bcrypt')
  const [composed, apart] = ['caf\u00e9 au lait', 'cafe\u0301 au lait']
  for (const [stored, typed, same] of [
    [composed, composed, true],
    [composed, apart, true],
    [apart, apart, true],
    // What another system has stored in another form than anybody types is nobody's to know.
    [apart, composed, false],
    ['\uff41\uff42\uff43 full width', '\uff41\uff42\uff43 full width', true],
    ['abc full width', '\uff41\uff42\uff43 full width', true],
  ] as const)
    t.equal(await verifyImported(readHash(await hash(stored, 4)), typed), same, `${stored} typed ${typed}`)
  // bcrypt has never looked further than that; once signed in, all of it counts.
  const long = 'x'.repeat(72)
  t.equal(await verifyImported(readHash(await hash(`${long}abc`, 4)), `${long}abc`), true)
})
