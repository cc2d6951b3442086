// Hashes of passwords that other systems have made: what is known of each, and how much work a check of it may be.

/** What is hashed in the place of the password. */
type Before =
  /** SHA-256 of it, in hexadecimal digits, as Django's `bcrypt_sha256`. */
  | Readonly<{ kind: 'sha256-hex' }>
  /** As a server of ours does it (see crypto/password.ts); the pepper is the other server's. */
  | Readonly<{ kind: 'pepper'; pepper: string }>

interface Bcrypt {
  readonly kind: 'bcrypt'
  /** Of the form `$2b$`, whichever letter the other system writes. */
  readonly hash: string
  readonly before?: Before
}

interface Argon2 {
  readonly kind: 'argon2'
  /** As the reference implementation writes it: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. */
  readonly encoded: string
}

/** Bytes are base64url in all of these. */
interface Pbkdf2 {
  readonly kind: 'pbkdf2'
  readonly digest: Pbkdf2Digest
  readonly iterations: number
  readonly salt: string
  readonly key: string
}

interface Scrypt {
  readonly kind: 'scrypt'
  readonly cost: number
  readonly blockSize: number
  readonly parallelization: number
  readonly salt: string
  readonly key: string
}

/** Firebase's: the key that scrypt makes encrypts the signer key of the project. */
interface FirebaseScrypt {
  readonly kind: 'firebase-scrypt'
  /** A power of two. */
  readonly memCost: number
  readonly rounds: number
  readonly salt: string
  readonly saltSeparator: string
  readonly signerKey: string
  readonly key: string
}

export const PBKDF2_DIGESTS = ['sha1', 'sha256', 'sha384', 'sha512'] as const
export type Pbkdf2Digest = (typeof PBKDF2_DIGESTS)[number]

export type ImportedHash = Bcrypt | Argon2 | Pbkdf2 | Scrypt | FirebaseScrypt

/** A hash that cannot be taken; the message ends a sentence that begins with "its hash". */
export class UnusableHash extends Error {
  override name = 'UnusableHash'
}

const MIB = 2 ** 20
/** Less than this is guessed, whatever it was made of. */
const MIN_KEY_BYTES = 16
const MAX_KEY_BYTES = 512
const MAX_SALT_BYTES = 512
/** A check takes about a second on one core at these limits, and 256 MiB; three are at work at once. */
const LIMITS = {
  bcryptCost: 14,
  memoryBytes: 256 * MIB,
  argon2WorkBytes: 1024 * MIB,
  pbkdf2Iterations: 2_000_000,
  scryptWorkBytes: 256 * MIB,
} as const

const DIGEST_BYTES = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 } as const satisfies Record<Pbkdf2Digest, number>
const BCRYPT = /^\$2b\$(\d\d)\$[./A-Za-z0-9]{53}$/
const ARGON2 =
  /^\$argon2(id|i|d)\$(?:v=(16|19)\$)?m=(\d{1,10}),t=(\d{1,10}),p=(\d{1,8})\$[\w+/]{10,128}\$[\w+/]{22,683}$/

function bytesOf(text: string): number {
  return Buffer.from(text, 'base64url').length
}

function refuseKey(key: string): void {
  const length = bytesOf(key)
  if (length < MIN_KEY_BYTES || length > MAX_KEY_BYTES)
    throw new UnusableHash(`has ${length} bytes; ${MIN_KEY_BYTES} to ${MAX_KEY_BYTES} are taken`)
}

function refuseSalt(...salts: readonly string[]): void {
  if (salts.some((salt) => bytesOf(salt) > MAX_SALT_BYTES))
    throw new UnusableHash(`has a salt of more than ${MAX_SALT_BYTES} bytes`)
}

function refuseWork(isTooMuch: boolean, what: string, limit: string): void {
  if (isTooMuch)
    throw new UnusableHash(`is ${what}, and ${limit} is the most: each sign-in would keep the server busy for too long`)
}

/**
 * What a check of it costs, in words that are the same for all hashes of one cost.
 * @throws {UnusableHash} when it is malformed, or a check of it is more work than a sign-in may be
 */
export function costOf(hash: ImportedHash): string {
  switch (hash.kind) {
    case 'bcrypt': {
      const [, cost] = BCRYPT.exec(hash.hash) ?? []
      if (cost === undefined || Number(cost) < 4) throw new UnusableHash('is no bcrypt hash, though it begins like one')
      refuseWork(Number(cost) > LIMITS.bcryptCost, `bcrypt of cost ${cost}`, `${LIMITS.bcryptCost}`)
      return `bcrypt-${Number(cost)}`
    }
    case 'argon2': {
      const [, type, version = '16', memory, passes, lanes] = ARGON2.exec(hash.encoded) ?? []
      const [kib, times, parallel] = [Number(memory), Number(passes), Number(lanes)]
      if (type === undefined || !(kib >= 8 * parallel) || times < 1 || parallel < 1)
        throw new UnusableHash('is no Argon2 hash, though it begins like one')
      refuseWork(kib * 1024 > LIMITS.memoryBytes, `Argon2 with ${kib} KiB of memory`, '262144 KiB')
      refuseWork(kib * 1024 * times > LIMITS.argon2WorkBytes, `Argon2 with ${times} passes`, '1 GiB in all passes')
      refuseWork(parallel > 64, `Argon2 with ${parallel} lanes`, '64')
      return `argon2${type}-${version}-${kib}-${times}-${parallel}`
    }
    case 'pbkdf2': {
      refuseKey(hash.key)
      refuseSalt(hash.salt)
      const blocks = Math.ceil(bytesOf(hash.key) / DIGEST_BYTES[hash.digest])
      if (!Number.isInteger(hash.iterations) || hash.iterations < 1)
        throw new UnusableHash('does not say how many rounds of PBKDF2 it is of')
      const rounds = hash.iterations * blocks
      refuseWork(rounds > LIMITS.pbkdf2Iterations, `PBKDF2 of ${rounds} rounds`, `${LIMITS.pbkdf2Iterations}`)
      return `pbkdf2-${hash.digest}-${rounds}`
    }
    case 'scrypt':
      refuseKey(hash.key)
      refuseSalt(hash.salt)
      return `scrypt-${scryptCost(hash.cost, hash.blockSize, hash.parallelization)}`
    case 'firebase-scrypt':
      refuseKey(hash.key)
      refuseSalt(hash.salt, hash.saltSeparator)
      if (bytesOf(hash.key) !== bytesOf(hash.signerKey))
        throw new UnusableHash('is not as long as the signer key of the project')
      if (!Number.isInteger(hash.memCost) || hash.memCost < 1 || hash.memCost > 31)
        throw new UnusableHash('has a mem_cost that there is not')
      return `firebase-${scryptCost(2 ** hash.memCost, hash.rounds, 1)}`
  }
}

function scryptCost(cost: number, blockSize: number, parallelization: number): string {
  const isSound = [cost, blockSize, parallelization].every((one) => Number.isInteger(one) && one >= 1)
  if (!isSound || cost < 2 || !Number.isInteger(Math.log2(cost)))
    throw new UnusableHash('has parameters that scrypt does not have')
  const work = 128 * cost * blockSize * parallelization
  const words = `scrypt with N=${cost}, r=${blockSize}, p=${parallelization}`
  refuseWork(work > LIMITS.scryptWorkBytes, words, 'N·r·p of 2097152')
  // Beside its table it holds p blocks and two more.
  const memory = 128 * blockSize * (cost + parallelization + 2)
  refuseWork(memory > LIMITS.memoryBytes + MIB, words, '256 MiB of memory')
  return `${cost}-${blockSize}-${parallelization}`
}
