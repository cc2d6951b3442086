// Passwords: how they are stored and checked.
import bcrypt from 'bcrypt'
import { isImported, openImported } from './imported/sealed.ts'
import { inTurn } from './password-queue.ts'
import { PASSWORD_WORK } from './password-work.ts'
import { peppered } from './peppered.ts'

/** 2^11 rounds: about 0.1 s on one core, off the event loop. */
const COST = 11
/** Longer input is refused before hashing; in UTF-8 bytes. */
const MAX_BYTES = 4096

/** The stored form of a password: bcrypt over base64(HMAC-SHA-256(pepper, NFKC password)). */
export function hashPassword(pepper: string, password: string): Promise<string> {
  return inTurn([], () => PASSWORD_WORK.hash(peppered(pepper, password), COST))
}

// What an unknown account is compared with, so that it costs the same time as a known one.
const dummyHash = bcrypt.hash('no account', COST)

/**
 * Whether `password` belongs to `stored`. Without a stored hash the answer is false after the same work.
 * @param caller whose part of the queue it takes (see `inTurn`); nobody's when it is left out.
 * @throws {PasswordQueueFull}, {PasswordShareUsedUp}, {PasswordThreadLost}
 */
export async function verifyPassword(
  pepper: string,
  password: string,
  stored: string | undefined,
  caller: readonly string[] = [],
): Promise<boolean> {
  if (Buffer.byteLength(password, 'utf8') > MAX_BYTES) return false
  const imported = stored !== undefined && isImported(stored) ? await openImported(pepper, stored) : undefined
  if (imported) return inTurn(caller, () => PASSWORD_WORK.verifyImported(imported, password))
  const expected = stored === undefined || isImported(stored) ? await dummyHash : stored
  const matches = await inTurn(caller, () => PASSWORD_WORK.compare(peppered(pepper, password), expected))
  return matches && expected === stored
}
