// Roles by address or by its domain, which somebody has as soon as the address is proven to be theirs (a trigger of the database sees to that).
import { type SqlBool, sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import type { Defaulted, RowsByCondition, TableDeclaration } from '../declaration.ts'

export interface RolePromises {
  /**
   * The canonical form of the address (see identity/email.ts), or of a domain with its @; `*` is everybody who asks for it,
   * which no trigger looks at.
   */
  email_key: string
  address: string
  role: 'developer' | 'approver' | 'administrator'
  /** Of an approver. */
  api_id: string | null
  created_at: Defaulted<Date>
}

const OF_PERSON: RowsByCondition = {
  words: 'by an address that is proven to be theirs',
  where: ({ emails }) => sql<SqlBool>`email_key = any(${[...emails]}::text[])`,
}

export const ROLE_PROMISES: TableDeclaration<RolePromises> = {
  purpose:
    'Who is to be an administrator, an approver or a developer, by address or its domain, as the catalogue file says.',
  lifetime: { kept: 'Until the file does not name the address any more.' },
  people: {
    exported: {
      rows: OF_PERSON,
      columns: {
        email_key: 'repeated',
        address: 'exported',
        role: 'exported',
        api_id: 'exported',
        created_at: 'exported',
      },
    },
    erased: { deleted: OF_PERSON },
  },
}

/** One promise. */
export interface RolePromise {
  readonly emailKey: string
  readonly address: string
  readonly role: RolePromises['role']
  readonly apiId: string | null
}

export async function listRolePromises(db: Db): Promise<readonly RolePromise[]> {
  return db
    .selectFrom('role_promises')
    .orderBy('role')
    .orderBy('api_id')
    .orderBy('email_key')
    .select(['email_key as emailKey', 'address', 'role', 'api_id as apiId'])
    .execute()
}

/** Makes a promise; whoever has proven the address has the role at once. False where it was made before. */
export async function insertRolePromise(trx: Trx, { emailKey, address, role, apiId }: RolePromise): Promise<boolean> {
  const { rows } = await sql`
    insert into role_promises (email_key, address, role, api_id) values (${emailKey}, ${address}, ${role}, ${apiId})
    on conflict do nothing returning role`.execute(trx)
  return rows.length === 1
}

/** What stands for everybody who asks, in the place of an address. */
export const EVERYBODY = '*'

/** Whether everybody with an account becomes a developer who asks for it. */
export async function isOpenToEverybody(db: Db): Promise<boolean> {
  const { rows } = await sql`
    select from role_promises where role = 'developer' and email_key = ${EVERYBODY}`.execute(db)
  return rows.length > 0
}

/** Takes a promise back, and the roles that nobody has but by promises. Returns whose roles ended. */
export async function deleteRolePromise(
  trx: Trx,
  { emailKey, role, apiId }: Omit<RolePromise, 'address'>,
): Promise<readonly string[]> {
  await sql`delete from role_promises
            where email_key = ${emailKey} and role = ${role} and api_id is not distinct from ${apiId}`.execute(trx)
  const { rows } = await sql<{ personId: string }>`
    delete from person_roles given
    where given.managed_by = 'file' and given.role = ${role} and given.api_id is not distinct from ${apiId}
      and not exists (
        select from role_promises promise join email_addresses email on promise.email_key = any(promise_keys(email.key))
        where email.person_id = given.person_id and email.proof <> 'imported' and promise.role = given.role
          and promise.api_id is not distinct from given.api_id)
    returning given.person_id as "personId"`.execute(trx)
  return rows.map(({ personId }) => personId)
}
