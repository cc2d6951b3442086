// Passwords of other systems are sealed with the pepper and can be sealed anew; all others take the new one when their people sign in.
import { isImported, openImported } from '../../crypto/imported/sealed.ts'
import { keepImported, pepperId } from '../../identity/password.ts'
import type { Db } from '../../store/database.ts'
import { countPasswordsOfOthers, listImportedOfOthers } from '../../store/queries/peppers.ts'
import { rehashPassword } from '../../store/tables/passwords.ts'

const PORTION = 200

/** @returns what to say of it */
export async function resealPasswords(
  db: Db,
  [now, previous]: readonly [now: string, previous: string],
): Promise<readonly string[]> {
  let [after, anew] = ['', 0]
  for (;;) {
    const portion = await listImportedOfOthers(db, pepperId(now), { after, most: PORTION })
    const last = portion.at(-1)
    if (!last) break
    after = last.personId
    for (const { personId, ...from } of portion) {
      const hash = isImported(from.hash) ? await openImported(previous, from.hash) : undefined
      if (!hash) continue
      await rehashPassword(db, personId, { from, to: await keepImported(now, hash) })
      anew += 1
    }
  }
  const left = await countPasswordsOfOthers(db, pepperId(now))
  return [
    `Imported passwords: ${anew} sealed anew.`,
    left === 0
      ? 'Nothing needs PASSWORD_PEPPER_PREVIOUS any more: take it away.'
      : `${left} passwords have another pepper until their people sign in; who has not when PASSWORD_PEPPER_PREVIOUS is taken away needs a new one.`,
  ]
}
