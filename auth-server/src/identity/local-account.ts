// Accounts with e-mail address and password: how a person proves who they are, and how an account is made.
import { hashPassword, verifyPassword } from '../crypto/password.ts'
import { randomId } from '../crypto/random.ts'
import type { Db } from '../store/database.ts'
import { findUserByEmailKey, insertUser } from '../store/tables/users.ts'
import { emailKey } from './email.ts'

/** The authentication context class of a password login (`acr`, OpenID Connect Core §2). */
export const PASSWORD_ACR = 'urn:mobile-api-gateway:acr:password'

/**
 * Checks an e-mail address and password; undefined when they do not fit, in the same time for any reason.
 * @param caller the networks that ask, the widest first; each gets no more than its share of the checks.
 * @throws {PasswordQueueFull} when too many checks are waiting, {PasswordShareUsedUp} when too many of this caller.
 */
export async function authenticate(
  db: Db,
  pepper: string,
  credentials: Readonly<{ email: string; password: string }>,
  caller: readonly string[],
): Promise<Readonly<{ userId: string; authEpoch: number }> | undefined> {
  const key = emailKey(credentials.email)
  const user = key === undefined ? undefined : await findUserByEmailKey(db, key)
  const proven = await verifyPassword(pepper, credentials.password, user?.passwordHash, caller)
  return proven && user ? { userId: user.id, authEpoch: user.authEpoch } : undefined
}

/**
 * Creates an account and returns its id (`usr_…`), or undefined when the address is taken.
 * @throws {TypeError} when it is no e-mail address.
 */
export async function createAccount(
  db: Db,
  pepper: string,
  account: Readonly<{ email: string; password: string; name?: string }>,
): Promise<string | undefined> {
  const key = emailKey(account.email)
  if (key === undefined) throw new TypeError(`${account.email} is not an e-mail address`)
  return insertUser(db, {
    id: randomId('usr'),
    email: account.email.trim(),
    emailKey: key,
    name: account.name,
    passwordHash: await hashPassword(pepper, account.password),
  })
}
