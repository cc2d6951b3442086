// The line of the security page about linked accounts, where there are any or could be.
import { listOwnIdentities } from '../../../store/tables/identities.ts'
import { hrefOf, PATHS } from '../../paths.ts'
import type { FindSecurityEntry } from '../entry.ts'
import { labelOf } from './label.ts'

export const linkedEntry: FindSecurityEntry = async ({ db, providers }, { session }) => {
  const identities = await listOwnIdentities(db, session.personId)
  const labels = [...new Set(identities.map((identity) => labelOf(providers, identity)))]
  return ({ account, federation }) =>
    labels.length + providers.all.length === 0
      ? undefined
      : {
          key: federation.account.title,
          value: labels.length === 0 ? undefined : labels.join(', '),
          change: { href: hrefOf(PATHS.linked, {}), ...(labels.length === 0 && { label: account.parts.add }) },
        }
}
