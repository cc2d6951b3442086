// After a backup was restored: nobody stays signed in by what has ended since, and who was deleted since is deleted again.
import { BY_COMMAND } from '../../audit/context.ts'
import { record } from '../../audit/record.ts'
import type { KnownSecrets } from '../../crypto/secrets.ts'
import { eraseAccount } from '../../identity/deletion.ts'
import type { Db } from '../../store/database.ts'
import { type EndedWithRestore, endAllLogins, findByPseudonyms } from '../../store/queries/restored-database.ts'
import { replaceLeakedKeys } from '../../tokens/signing-keys.ts'

/** So many people are looked for at a time. */
const AT_ONCE = 500

/**
 * Ends all logins, withdraws the keys of all access tokens, and erases people.
 * @param erased pseudonyms of people who were erased since the backup; who is not there is passed over
 */
export async function settleAfterRestore(
  db: Db,
  secrets: KnownSecrets,
  erased: AsyncIterable<string>,
): Promise<EndedWithRestore & Readonly<{ erased: number }>> {
  const ended = await db.transaction().execute(async (trx) => {
    const ended = await endAllLogins(trx)
    await record(trx, { type: 'database', outcome: 'restored' }, BY_COMMAND)
    return ended
  })
  await replaceLeakedKeys(db, secrets)
  let count = 0
  let portion: string[] = []
  const eraseThese = async (): Promise<void> => {
    for (const id of await findByPseudonyms(db, portion))
      if (await eraseAccount(db, undefined, id, BY_COMMAND, async () => {})) count += 1
    portion = []
  }
  for await (const pseudonym of erased) if (portion.push(pseudonym) >= AT_ONCE) await eraseThese()
  await eraseThese()
  return { ...ended, erased: count }
}
