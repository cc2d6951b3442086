// An administrator says in which groups somebody is, as far as administrators put them there; other sources stay as they are.
import type { Db } from '../../store/database.ts'
import { OPERATOR_SOURCE } from '../../store/tables/group-members.ts'
import { setGroups } from '../groups.ts'
import type { Administered, Authority } from './authority.ts'

/** What became of it; with the names that no group has, nothing has changed. */
export type GroupsOutcome = Administered | Readonly<{ missing: readonly string[] }>

/** Puts somebody into these groups and no other. Who is taken out feels it at the gateway within two seconds. */
export async function setPersonGroups(
  db: Db,
  { context }: Authority,
  personId: string,
  groups: readonly string[],
): Promise<GroupsOutcome> {
  const { changed, missing } = await setGroups(db, { personId, groups, source: OPERATOR_SOURCE }, context)
  if (missing.length > 0) return { missing }
  return changed ? 'done' : 'unchanged'
}
