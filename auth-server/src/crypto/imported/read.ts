// Reads the hash of a password in the notations of other systems.
import { costOf, type ImportedHash, PBKDF2_DIGESTS, type Pbkdf2Digest, UnusableHash } from './hash.ts'

/** A notation: what it looks like, and the hash that its groups say. */
type Notation = readonly [pattern: RegExp, read: (groups: Readonly<Record<string, string>>) => ImportedHash]

/** Base64 in any alphabet, passlib's `.` for `+` included, as base64url. */
export function base64(text: string): string {
  return Buffer.from(text.replaceAll('.', '+'), 'base64').toString('base64url')
}

function utf8(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64url')
}

/** @throws {UnusableHash} for a digest that PBKDF2 is not checked with here */
export function digestOf(text: string): Pbkdf2Digest {
  const plain = text.toLowerCase().replaceAll(/[-_]/g, '')
  const digest = PBKDF2_DIGESTS.find((known) => known === plain)
  if (!digest) throw new UnusableHash(`is PBKDF2 with a digest that is not one of ${PBKDF2_DIGESTS.join(', ')}`)
  return digest
}

const KEY = '(?<salt>[\\w+/.=-]*)\\$(?<key>[\\w+/.=-]+)'

const NOTATIONS: readonly Notation[] = [
  // bcrypt. PHP and crypt_blowfish write y, older libraries a; passwords give the same hash under all three.
  [/^(?:bcrypt\$)?\$2[aby]?\$(?<rest>.{56})$/, ({ rest }) => ({ kind: 'bcrypt', hash: `$2b$${rest}` })],
  [
    /^bcrypt_sha256\$\$2[aby]\$(?<rest>.{56})$/,
    ({ rest }) => ({ kind: 'bcrypt', hash: `$2b$${rest}`, before: { kind: 'sha256-hex' } }),
  ],
  // Argon2, as its reference implementation writes it; Django puts its own name before it.
  [/^(?:argon2\$|\$)(?<rest>argon2.+)$/, ({ rest }) => ({ kind: 'argon2', encoded: `$${rest}` })],
  // PBKDF2: the PHC string format (Auth0, Kratos), passlib's, Django's.
  [
    new RegExp(`^\\$pbkdf2-(?<digest>\\w+)\\$(?:v=\\d+\\$)?i=(?<rounds>\\d{1,12})(?:,l=\\d+)?\\$${KEY}$`),
    ({ digest = '', rounds, salt = '', key = '' }) => ({
      ...{ kind: 'pbkdf2', digest: digestOf(digest), iterations: Number(rounds) },
      ...{ salt: base64(salt), key: base64(key) },
    }),
  ],
  [
    new RegExp(`^\\$pbkdf2(?:-(?<digest>\\w+))?\\$(?<rounds>\\d{1,12})\\$${KEY}$`),
    ({ digest = 'sha1', rounds, salt = '', key = '' }) => ({
      ...{ kind: 'pbkdf2', digest: digestOf(digest), iterations: Number(rounds) },
      ...{ salt: base64(salt), key: base64(key) },
    }),
  ],
  [
    /^pbkdf2_(?<digest>sha1|sha256)\$(?<rounds>\d{1,12})\$(?<salt>[^$]+)\$(?<key>[\w+/=]+)$/,
    ({ digest = '', rounds, salt = '', key = '' }) => ({
      ...{ kind: 'pbkdf2', digest: digestOf(digest), iterations: Number(rounds) },
      ...{ salt: utf8(salt), key: base64(key) },
    }),
  ],
  // scrypt: the PHC string format, in which `ln` is a logarithm; Kratos writes the number itself there; Django's.
  [
    new RegExp(`^\\$scrypt\\$ln=(?<ln>\\d{1,10}),r=(?<r>\\d{1,6}),p=(?<p>\\d{1,6})\\$${KEY}$`),
    ({ ln, r, p, salt = '', key = '' }) => ({
      ...{ kind: 'scrypt', cost: Number(ln) < 32 ? 2 ** Number(ln) : Number(ln) },
      ...{ blockSize: Number(r), parallelization: Number(p), salt: base64(salt), key: base64(key) },
    }),
  ],
  [
    /^scrypt\$(?<n>\d{1,10})\$(?<salt>[^$]+)\$(?<r>\d{1,6})\$(?<p>\d{1,6})\$(?<key>[\w+/=]+)$/,
    ({ n, r, p, salt = '', key = '' }) => ({
      ...{ kind: 'scrypt', cost: Number(n), blockSize: Number(r), parallelization: Number(p) },
      ...{ salt: utf8(salt), key: base64(key) },
    }),
  ],
  // Firebase's, as Kratos keeps it.
  [
    /^\$firescrypt\$ln=(?<ln>\d{1,2}),r=(?<r>\d{1,6}),p=1\$(?<salt>[^$]*)\$(?<key>[^$]+)\$(?<separator>[^$]*)\$(?<signer>[^$]+)$/,
    ({ ln, r, salt = '', key = '', separator = '', signer = '' }) => ({
      ...{ kind: 'firebase-scrypt', memCost: Number(ln), rounds: Number(r) },
      ...{ salt: base64(salt), saltSeparator: base64(separator), signerKey: base64(signer), key: base64(key) },
    }),
  ],
]

/** Those whose checks are so quick that whoever has the hash has the password. */
const QUICK =
  /^(?:\$(?:1|5|6|md5|sha1|sha256|sha512|hmac\S*|sha-256|ssha\w*)\$|md5\$|sha1\$|\{|[\da-f]{32}$|[\da-f]{40}$|[\da-f]{64}$)/i

/** @throws {UnusableHash} whose message ends a sentence that begins with "its hash" */
export function readHash(text: string): ImportedHash {
  for (const [pattern, read] of NOTATIONS) {
    const found = pattern.exec(text)
    if (!found) continue
    const hash = read(found.groups ?? {})
    costOf(hash)
    return hash
  }
  throw new UnusableHash(
    QUICK.test(text)
      ? 'is of a kind that is not taken: checks of it are so quick that passwords are guessed from it'
      : 'is none of bcrypt, Argon2, scrypt and PBKDF2 in a notation that is known here',
  )
}
