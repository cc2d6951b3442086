// The key of an account holds the domain of its e-mail address in ASCII, as browsers post it (see identity/email.ts).
import { domainToASCII } from 'node:url'
import { type Kysely, sql } from 'kysely'

export async function up<T>(db: Kysely<T>): Promise<void> {
  const { rows } = await sql<{ id: string; key: string }>`
    select id, email_key as key from users
    where octet_length(email_key) <> length(email_key) or email_key like '%.' order by created_at`.execute(db)
  for (const { id, key } of rows) {
    const host = key.lastIndexOf('@') + 1
    const domain = domainToASCII(key.slice(host)).replace(/\.$/, '')
    if (host === 0 || domain === '') continue
    // Where each spelling has an account, the one that browsers have always led to stays the one that is found.
    await sql`
      update users set email_key = ${key.slice(0, host) + domain}
      where id = ${id} and not exists (select from users where email_key = ${key.slice(0, host) + domain})`.execute(db)
  }
}
