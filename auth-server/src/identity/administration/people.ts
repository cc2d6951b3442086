// An administrator puts somebody out of use and back, makes them choose another password, ends all of their logins.
import { record } from '../../audit/record.ts'
import { type Db, inTransaction, type Trx } from '../../store/database.ts'
import { endEveryLogin, hasProvenAddress, restore, suspend } from '../../store/queries/administration.ts'
import { type Administered, type Authority, isLastAdministrator } from './authority.ts'

type Outcome = 'suspended' | 'restored' | 'reset-forced' | 'logins-ended'

/** Gateways refuse them within two seconds, and nothing signs them in. Lifting it brings no login back. */
export function suspendPerson(db: Db, by: Authority, personId: string): Promise<Administered> {
  return inTransaction(db, async (trx) => {
    if (await isLastAdministrator(trx, by, personId)) return 'last administrator'
    return note(trx, by, personId, 'suspended', await suspend(trx, personId))
  })
}

/** Somebody who was suspended can sign in again. */
export function restorePerson(db: Db, by: Authority, personId: string): Promise<Administered> {
  return inTransaction(db, async (trx) => note(trx, by, personId, 'restored', await restore(trx, personId)))
}

/**
 * All logins end, and the password signs nobody in until its person has chosen another by mail. Somebody without an address
 * would be locked out for good, so that is refused: to end their logins, or to suspend them, is left.
 */
export function forcePasswordReset(db: Db, by: Authority, personId: string): Promise<Administered> {
  return inTransaction(db, async (trx) => {
    // No address that is proven can be taken from somebody who has one: the primary one stays.
    if ((await hasProvenAddress(trx, personId)) === false) return 'no address'
    return note(trx, by, personId, 'reset-forced', await endEveryLogin(trx, personId, { needsNewPassword: true }))
  })
}

/** In every browser and every app. */
export function endLogins(db: Db, by: Authority, personId: string): Promise<Administered> {
  return inTransaction(db, async (trx) =>
    note(trx, by, personId, 'logins-ended', await endEveryLogin(trx, personId, { needsNewPassword: false })),
  )
}

async function note(
  trx: Trx,
  { context }: Authority,
  personId: string,
  outcome: Outcome,
  isDone: boolean,
): Promise<Administered> {
  if (!isDone) return 'unchanged'
  await record(trx, { type: 'account', outcome, personId }, context)
  return 'done'
}
