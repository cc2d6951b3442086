// Whether a password belongs to a hash that another system has made; the thread that asks does the work.
import { createCipheriv, createHash, pbkdf2Sync, scryptSync, timingSafeEqual } from 'node:crypto'
import bcrypt from 'bcrypt'
import { peppered } from '../peppered.ts'
import type { ImportedHash } from './hash.ts'

function deriveByScrypt(
  password: string,
  salt: Buffer,
  length: number,
  { N, r, p }: Readonly<{ N: number; r: number; p: number }>,
): Buffer {
  return scryptSync(password, salt, length, { N, r, p, maxmem: 128 * r * (N + p + 2) + 2 ** 20 })
}

function bytes(text: string): Buffer {
  return Buffer.from(text, 'base64url')
}

function isSame(made: Buffer, expected: Buffer): boolean {
  return made.length === expected.length && timingSafeEqual(made, expected)
}

async function fits(hash: ImportedHash, password: string): Promise<boolean> {
  switch (hash.kind) {
    case 'bcrypt': {
      const { before } = hash
      if (before?.kind === 'pepper') return bcrypt.compareSync(peppered(before.pepper, password), hash.hash)
      const hashed = before ? createHash('sha256').update(password, 'utf8').digest('hex') : password
      return bcrypt.compareSync(hashed, hash.hash)
    }
    case 'argon2': {
      // Loaded with the first such hash.
      const { verifySync } = await import('@node-rs/argon2')
      return verifySync(hash.encoded, password)
    }
    case 'pbkdf2': {
      const key = bytes(hash.key)
      return isSame(pbkdf2Sync(password, bytes(hash.salt), hash.iterations, key.length, hash.digest), key)
    }
    case 'scrypt': {
      const key = bytes(hash.key)
      const parameters = { N: hash.cost, r: hash.blockSize, p: hash.parallelization }
      return isSame(deriveByScrypt(password, bytes(hash.salt), key.length, parameters), key)
    }
    case 'firebase-scrypt': {
      const salt = Buffer.concat([bytes(hash.salt), bytes(hash.saltSeparator)])
      const key = deriveByScrypt(password, salt, 32, { N: 2 ** hash.memCost, r: hash.rounds, p: 1 })
      const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16))
      return isSame(Buffer.concat([cipher.update(bytes(hash.signerKey)), cipher.final()]), bytes(hash.key))
    }
  }
}

/**
 * As it was typed, and in the form in which we keep passwords ourselves (NFKC): which of the two the other system hashed,
 * its hash does not say. Mostly they are the same.
 */
export async function verifyImported(hash: ImportedHash, password: string): Promise<boolean> {
  for (const typed of new Set([password, password.normalize('NFKC')])) if (await fits(hash, typed)) return true
  return false
}
