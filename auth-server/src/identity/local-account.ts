// Accounts with e-mail address and password: how a person proves who they are, and how an account is made.
import { randomId } from '../crypto/random.ts'
import type { Db } from '../store/database.ts'
import { replacePassword } from '../store/tables/passwords.ts'
import { findPersonByEmail, insertPerson } from '../store/tables/people.ts'
import { decoyOf } from './decoys.ts'
import { emailKey } from './email.ts'
import { checkPassword, type Peppers, renewStored, sealPassword } from './password.ts'

/** Whose address and password fit together. */
export interface Authenticated {
  readonly personId: string
  readonly authEpoch: number
  /** The password signs nobody in until there is a new one. */
  readonly needsNewPassword: boolean
  /** They have asked to be erased: nobody signs them in, and they may be told why. */
  readonly isLeaving: boolean
}

/**
 * Checks an e-mail address and password; undefined when they do not fit, in the same time for any reason.
 * @param caller the networks that ask, the widest first; each gets no more than its share of the checks.
 * @throws {PasswordQueueFull} when too many checks are waiting, {PasswordShareUsedUp} when too many of this caller.
 */
export async function authenticate(
  db: Db,
  peppers: Peppers,
  { email, password }: Readonly<{ email: string; password: string }>,
  caller: readonly string[],
): Promise<Authenticated | undefined> {
  const key = emailKey(email)
  const person = key === undefined ? undefined : await findPersonByEmail(db, key)
  const stored = person?.password
  const compared = stored ?? (key === undefined ? undefined : await decoyOf(db, peppers.passwordPepper, key))
  const proven = await checkPassword(peppers, password, compared, caller)
  if (!proven || !person || !stored) return undefined
  await renewStored(db, peppers, { personId: person.id, password, stored })
  const { id: personId, authEpoch, needsNewPassword, isLeaving } = person
  return { personId, authEpoch, needsNewPassword, isLeaving }
}

/**
 * Creates an account and returns its id (`usr_…`), or undefined when the address is taken. Whoever calls vouches for the
 * address: it signs in from now on.
 * @throws {TypeError} when it is no e-mail address.
 */
export async function createAccount(
  db: Db,
  pepper: string,
  account: Readonly<{ email: string; password: string; name?: string }>,
): Promise<string | undefined> {
  const key = emailKey(account.email)
  if (key === undefined) throw new TypeError(`${account.email} is not an e-mail address`)
  return insertPerson(db, {
    id: randomId('usr'),
    email: account.email.trim(),
    emailKey: key,
    name: account.name,
    password: await sealPassword(pepper, account.password),
  })
}

/** Gives an account this password, which ends its logins, unless it has it already. */
export async function ensurePassword(
  db: Db,
  passwordPepper: string,
  { email, password }: Readonly<{ email: string; password: string }>,
): Promise<void> {
  const key = emailKey(email)
  const person = key === undefined ? undefined : await findPersonByEmail(db, key)
  if (!person) return
  const peppers = { passwordPepper, previousPasswordPepper: undefined }
  if (await checkPassword(peppers, password, person.password, [])) return
  await replacePassword(db, person.id, await sealPassword(passwordPepper, password))
}
