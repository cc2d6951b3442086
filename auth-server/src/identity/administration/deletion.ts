// An administrator deletes an account: with a week in which its person can keep it, or at once and for good.
import { type Db, inTransaction } from '../../store/database.ts'
import { mailLanguageOf } from '../../store/queries/account-changes.ts'
import { findLanguage } from '../../store/queries/administration.ts'
import { deleteAccount, eraseAccount, type MailKeeper } from '../deletion.ts'
import { type Administered, type Authority, isLastAdministrator } from './authority.ts'

/** As if the person had asked for it: they are written to, and can keep the account by a link. */
export function deletePerson(db: Db, by: Authority, personId: string): Promise<Administered> {
  return inTransaction(db, async (trx) => {
    if (await isLastAdministrator(trx, by, personId)) return 'last administrator'
    const language = mailLanguageOf(await findLanguage(trx, personId))
    return (await deleteAccount(trx, { personId, language }, by.context)) ? 'done' : 'unchanged'
  })
}

class LastAdministrator extends Error {}

/** For good: nobody can take it back. */
export async function erasePersonAtOnce(
  db: Db,
  mailer: MailKeeper,
  by: Authority,
  personId: string,
): Promise<Administered> {
  try {
    const isErased = await eraseAccount(db, mailer, personId, by.context, async (trx) => {
      if (await isLastAdministrator(trx, by, personId)) throw new LastAdministrator()
    })
    return isErased ? 'done' : 'unchanged'
  } catch (error) {
    if (error instanceof LastAdministrator) return 'last administrator'
    throw error
  }
}
