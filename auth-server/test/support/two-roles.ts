// Roles of the database besides the tests' own, which may do everything.
import { sql } from 'kysely'
import type { Test } from 'tap'
import { randomSecret } from '../../src/crypto/random.ts'
import { openDatabase } from '../../src/store/database.ts'
import { emptyDatabase } from './database.ts'

/** An empty database that one role owns, and another may connect to: the URLs of each. */
export async function twoRoles(t: Test): Promise<Readonly<{ owner: string; server: string }>> {
  const url = await emptyDatabase(t)
  const admin = openDatabase(url, () => {}, { connections: 1 })
  const suffix = randomSecret(6).toLowerCase().replace(/\W/g, '_')
  const roles = { owner: `owner_${suffix}`, server: `server_${suffix}` }
  const password = randomSecret()
  for (const role of Object.values(roles))
    await sql`create role ${sql.id(role)} login password ${sql.lit(password)}`.execute(admin)
  await sql`alter database ${sql.id(new URL(url).pathname.slice(1))} owner to ${sql.id(roles.owner)}`.execute(admin)
  t.teardown(async () => {
    const { owner, server } = roles
    await sql`reassign owned by ${sql.id(owner)}, ${sql.id(server)} to current_user`.execute(admin)
    await sql`drop owned by ${sql.id(owner)}, ${sql.id(server)}`.execute(admin)
    await sql`drop role ${sql.id(owner)}, ${sql.id(server)}`.execute(admin)
    await admin.destroy()
  })
  const as = (username: string) => Object.assign(new URL(url), { username, password }).href
  return { owner: as(roles.owner), server: as(roles.server) }
}
