// The line of the security page about passkeys.
import { listPasskeys } from '../../../store/queries/passkeys.ts'
import { hrefOf, PATHS } from '../../paths.ts'
import type { FindSecurityEntry } from '../entry.ts'

export const passkeysEntry: FindSecurityEntry = async ({ db }, { session }) => {
  const { length } = await listPasskeys(db, session.personId)
  return ({ passkeys, account: { secondFactors } }) => {
    const href = hrefOf(PATHS.passkeys, {})
    return length === 0
      ? { key: passkeys.own.title, change: { href, label: secondFactors.add } }
      : { key: passkeys.own.title, value: passkeys.own.count(length), change: { href } }
  }
}
