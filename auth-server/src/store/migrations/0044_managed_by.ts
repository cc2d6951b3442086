// Who owns what of the catalogue: the file that is imported, or the portal, which stands for everybody else.
import { type Kysely, sql } from 'kysely'

const OWNED = ['apis', 'plans', 'applications', 'subscriptions', 'groups', 'person_roles'] as const

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const table of OWNED)
    await sql`alter table ${sql.table(table)} add column managed_by text not null default 'portal'
              check (managed_by in ('file', 'portal'))`.execute(db)
  await sql`alter table apis add column description text not null default ''`.execute(db)
}
