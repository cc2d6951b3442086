// An administrator takes away the second factors of somebody who has lost them: their sign-ins fall to the first factor.
import type { Db } from '../../store/database.ts'
import { removeFactorsByAdministrator } from '../second-factors/set-up.ts'
import type { Administered, Authority } from './authority.ts'

/** @param id of one; all of them without it */
export async function removeSecondFactors(db: Db, by: Authority, personId: string, id?: string): Promise<Administered> {
  const gone = await removeFactorsByAdministrator(db, { personId, ...(id !== undefined && { id }) }, by.context)
  return gone.length > 0 ? 'done' : 'unchanged'
}
