// The operator's link for the first administrator, as `npm run setup` makes it.
import { makeSetupLink, SETUP_PATH } from '../../src/identity/administrators.ts'
import type { Db } from '../../src/store/database.ts'

/** Its path. */
export async function setupLink(db: Db): Promise<string> {
  const token = await db.transaction().execute(makeSetupLink)
  if (token === undefined) throw new Error('there is an administrator already')
  return `${SETUP_PATH}/${token}`
}
