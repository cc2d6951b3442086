// Rows of application_logos: the images that stand beside the names of applications, as we have encoded them anew.
import { sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import type { TableDeclaration } from '../declaration.ts'

export interface ApplicationLogos {
  application_id: string
  /** Of the image, in base64url; part of its address. */
  hash: string
  image: Buffer
}

export const APPLICATION_LOGOS: TableDeclaration<ApplicationLogos> = {
  purpose: 'The logos of applications, as pages show them.',
  lifetime: { kept: 'Part of the catalogue; goes with its application.' },
  people: { nobody: 'Describes apps, not those who use them.' },
}

/** An image that was encoded here. */
export interface EncodedLogo {
  readonly hash: string
  readonly image: Buffer
}

/** Gives an application another logo, or with null none. */
export async function setLogo(trx: Trx, applicationId: string, logo: EncodedLogo | null): Promise<void> {
  const { hash = null, image = null } = logo ?? {}
  await sql`
    with kept as (
      insert into application_logos (application_id, hash, image)
      select ${applicationId}, ${hash}, ${image}::bytea where ${hash}::text is not null
      on conflict (application_id) do update set hash = excluded.hash, image = excluded.image
    ), gone as (
      delete from application_logos where application_id = ${applicationId} and ${hash}::text is null
    )
    update applications set logo_hash = ${hash} where id = ${applicationId}`.execute(trx)
}

/** The image of this hash; undefined where no application has it any more. */
export async function findLogo(db: Db, hash: string): Promise<Buffer | undefined> {
  const found = await db
    .selectFrom('application_logos')
    .where('hash', '=', hash)
    .select('image')
    .limit(1)
    .executeTakeFirst()
  return found?.image
}
