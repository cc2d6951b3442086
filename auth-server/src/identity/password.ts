// Which pepper is in a password's hash, and whose hash it is: two peppers are known while one replaces the other, imported hashes are those of other systems, and each sign-in moves a password on.
import { type AuditContext, WITHOUT_REQUEST } from '../audit/context.ts'
import { record } from '../audit/record.ts'
import { hmac } from '../crypto/digest.ts'
import type { ImportedHash } from '../crypto/imported/hash.ts'
import { isImported, openImported, sealImported } from '../crypto/imported/sealed.ts'
import { hashPassword, verifyPassword } from '../crypto/password.ts'
import { PasswordQueueFull } from '../crypto/password-queue.ts'
import { PasswordThreadLost } from '../crypto/password-work.ts'
import { type Db, inTransaction, type Trx } from '../store/database.ts'
import { noteChange } from '../store/queries/account-changes.ts'
import { rehashPassword, replacePassword, type StoredPassword } from '../store/tables/passwords.ts'

/** The pepper of new passwords, and the one that it has replaced. */
export interface Peppers {
  readonly passwordPepper: string
  readonly previousPasswordPepper?: string | undefined
}

/** What a pepper is known by; it cannot be guessed from that, for it is 32 random bytes. */
export function pepperId(pepper: string): string {
  return hmac(pepper, 'pepper id').slice(0, 12)
}

/** The form in which a password is stored. */
export async function sealPassword(pepper: string, password: string): Promise<StoredPassword> {
  return { hash: await hashPassword(pepper, password), pepperId: pepperId(pepper) }
}

/** The form in which the hash of another system is stored. @throws {UnusableHash} */
export async function keepImported(pepper: string, hash: ImportedHash): Promise<StoredPassword> {
  return { hash: await sealImported(pepper, hash), pepperId: pepperId(pepper) }
}

// What was stored before there were ids is older than any rotation. A pepper that nobody knows any more fits nothing.
function pepperOf({ passwordPepper, previousPasswordPepper }: Peppers, stored: StoredPassword | undefined): string {
  const isPrevious =
    previousPasswordPepper !== undefined &&
    stored !== undefined &&
    (stored.pepperId === null || stored.pepperId === pepperId(previousPasswordPepper))
  return isPrevious ? previousPasswordPepper : passwordPepper
}

/** What another server can check a password by; undefined where it was stored with a pepper that nobody knows any more. */
export async function hashToMove(peppers: Peppers, stored: StoredPassword): Promise<ImportedHash | undefined> {
  const pepper = pepperOf(peppers, stored)
  if (isImported(stored.hash)) return openImported(pepper, stored.hash)
  const isKnown = stored.pepperId === null || stored.pepperId === pepperId(pepper)
  return isKnown ? { kind: 'bcrypt', hash: stored.hash, before: { kind: 'pepper', pepper } } : undefined
}

/**
 * Whether `password` is the stored one; after one comparison, also where nothing is stored.
 * @param caller whose part of the queue it takes.
 * @throws {PasswordQueueFull}, {PasswordShareUsedUp}, {PasswordThreadLost}
 */
export function checkPassword(
  peppers: Peppers,
  password: string,
  stored: StoredPassword | undefined,
  caller: readonly string[],
): Promise<boolean> {
  return verifyPassword(pepperOf(peppers, stored), password, stored?.hash, caller)
}

/** Stores a password that has just been proven as we do now, with the pepper of now; in a crowd, at some later sign-in. */
export async function renewStored(
  db: Db,
  { passwordPepper }: Peppers,
  { personId, password, stored }: Readonly<{ personId: string; password: string; stored: StoredPassword }>,
): Promise<void> {
  if (stored.pepperId === pepperId(passwordPepper) && !isImported(stored.hash)) return
  try {
    await rehashPassword(db, personId, { from: stored, to: await sealPassword(passwordPepper, password) })
  } catch (error) {
    if (!(error instanceof PasswordQueueFull || error instanceof PasswordThreadLost)) throw error
  }
}

/**
 * Gives a person another password; everything that was born under the old one ends (see the store's `replacePassword`), and
 * its owner is written about it.
 * @param sealed from `sealPassword`, which takes its time: no transaction should wait for it
 * @param keptSessionId of the browser in which its person does it; every other one is signed out
 */
export function setPassword(
  db: Db | Trx,
  { personId, sealed, keptSessionId }: Readonly<{ personId: string; sealed: StoredPassword; keptSessionId?: string }>,
  context: AuditContext = WITHOUT_REQUEST,
): Promise<void> {
  return inTransaction(db, async (trx) => {
    await replacePassword(trx, personId, sealed, keptSessionId)
    await noteChange(trx, { personId, kind: 'password-changed' })
    await record(trx, { type: 'password', outcome: 'replaced', personId }, context)
  })
}
