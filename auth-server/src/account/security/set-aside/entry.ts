// The line of the security page about what is set aside; for most people there is none.
import { listSetAside } from '../../../store/queries/set-aside.ts'
import { hrefOf, PATHS } from '../../paths.ts'
import type { FindSecurityEntry } from '../entry.ts'

export const setAsideEntry: FindSecurityEntry = async ({ db }, { session }) => {
  const { length } = await listSetAside(db, { personId: session.personId, sessionId: session.id })
  return ({ setAside }) =>
    length === 0
      ? undefined
      : {
          key: setAside.title,
          value: setAside.count(length),
          change: { href: hrefOf(PATHS.setAside, {}), label: setAside.look },
        }
}
