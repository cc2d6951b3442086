// Invitations that nobody has accepted: what somebody is called, who they will be, and in which groups, once an address is proven.
import { type SqlBool, sql } from 'kysely'
import type { Language } from '../../pages/language.ts'
import type { Db, Trx } from '../database.ts'
import type { Defaulted, RowsByCondition, TableDeclaration } from '../declaration.ts'

export interface Invitations {
  /** The canonical form of the address (see identity/email.ts). */
  email_key: string
  address: string
  /** The id that the person will have. */
  reserved_id: string
  name: string | null
  /** Of the mail. */
  language: Language
  groups: Defaulted<string[]>
  /** Whether they will be a developer. */
  developer: Defaulted<boolean>
  /** Whose link the mail has. */
  challenge_id: string
  created_at: Defaulted<Date>
  expires_at: Date
}

const OF_PERSON: RowsByCondition = {
  words: 'by an address that is proven to be theirs',
  where: ({ emails }) => sql<SqlBool>`email_key = any(${[...emails]}::text[])`,
}

export const INVITATIONS: TableDeclaration<Invitations> = {
  purpose: 'Who is invited to an account, by address, until they accept.',
  lifetime: { until: 'it expires', obsolete: sql`expires_at < auth_now()`, indexed: true },
  people: {
    exported: {
      rows: OF_PERSON,
      columns: {
        email_key: 'repeated',
        address: 'exported',
        reserved_id: 'internal',
        name: 'exported',
        language: 'exported',
        groups: 'exported',
        developer: 'exported',
        challenge_id: 'internal',
        created_at: 'exported',
        expires_at: 'exported',
      },
    },
    erased: { deleted: OF_PERSON },
  },
}

/** One invitation. */
export interface Invitation {
  readonly id: string
  readonly emailKey: string
  readonly address: string
  readonly name: string | null
  readonly language: Language
  readonly groups: string[]
  readonly developer: boolean
  readonly createdAt: Date
  readonly expiresAt: Date
}

const COLUMNS = sql`reserved_id as id, email_key as "emailKey", address, name, language, groups, developer,
  created_at as "createdAt", expires_at as "expiresAt"`

/** The invitation of an address. Whoever invites it, or is about to prove it, waits here for others who do. */
export async function lockInvitation(trx: Trx, emailKey: string): Promise<Invitation | undefined> {
  // By the address and not by its row, which may not be there yet.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`invitation ${emailKey}`}, 0))`.execute(trx)
  const { rows } = await sql<Invitation>`
    select ${COLUMNS} from invitations where email_key = ${emailKey} and expires_at > auth_now() for update`.execute(
    trx,
  )
  return rows[0]
}

/** Takes an invitation away, and its link is of no use any more. False when there is none. */
export async function deleteInvitation(trx: Trx, id: string): Promise<boolean> {
  const { rows } = await sql`
    with gone as (
      delete from invitations where reserved_id = ${id} and expires_at > auth_now() returning challenge_id
    ), ended as (
      update mail_challenges challenge set consumed_at = auth_now() from gone
      where challenge.id = gone.challenge_id and challenge.consumed_at is null
    )
    select from gone`.execute(trx)
  return rows.length === 1
}

/** Those that stand, in the order of their ids. */
export async function listInvitations(
  db: Db,
  { after, limit }: Readonly<{ after: string | undefined; limit: number }>,
): Promise<readonly Invitation[]> {
  const { rows } = await sql<Invitation>`
    select ${COLUMNS} from invitations
    where expires_at > auth_now() and (${after ?? null}::text is null or reserved_id > ${after ?? null})
    order by reserved_id limit ${limit}`.execute(db)
  return rows
}
