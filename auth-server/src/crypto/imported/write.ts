// Writes the hash of a password in a notation that `readHash` reads.
import type { ImportedHash } from './hash.ts'

/** As the members of a line of our own format. */
export interface WrittenHash {
  readonly password_hash: string
  readonly password_pepper?: string
}

export function writeHash(hash: ImportedHash): WrittenHash {
  switch (hash.kind) {
    case 'bcrypt':
      if (hash.before?.kind === 'pepper') return { password_hash: hash.hash, password_pepper: hash.before.pepper }
      return { password_hash: hash.before ? `bcrypt_sha256$${hash.hash}` : hash.hash }
    case 'argon2':
      return { password_hash: hash.encoded }
    case 'pbkdf2':
      return { password_hash: `$pbkdf2-${hash.digest}$i=${hash.iterations}$${hash.salt}$${hash.key}` }
    case 'scrypt': {
      const parameters = `ln=${Math.log2(hash.cost)},r=${hash.blockSize},p=${hash.parallelization}`
      return { password_hash: `$scrypt$${parameters}$${hash.salt}$${hash.key}` }
    }
    case 'firebase-scrypt': {
      const parts = [hash.salt, hash.key, hash.saltSeparator, hash.signerKey].join('$')
      return { password_hash: `$firescrypt$ln=${hash.memCost},r=${hash.rounds},p=1$${parts}` }
    }
  }
}
