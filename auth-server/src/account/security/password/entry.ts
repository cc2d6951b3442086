// The line of the security page about the password.
import { timeAgo } from '../../../pages/components/time.ts'
import { findPasswordChange } from '../../../store/tables/passwords.ts'
import { hrefOf, PATHS } from '../../paths.ts'
import type { FindSecurityEntry } from '../entry.ts'

export const passwordEntry: FindSecurityEntry = async ({ db }, { session, now }) => {
  const changedAt = await findPasswordChange(db, session.personId)
  return (texts) => {
    const { password, parts } = texts.account
    return {
      key: password.title,
      value: changedAt && password.changed(timeAgo(changedAt, now, texts)),
      change: { href: hrefOf(PATHS.password, {}), ...(changedAt === undefined && { label: parts.add }) },
    }
  }
}
