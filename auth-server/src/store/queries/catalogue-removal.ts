// What leaves the catalogue, or goes over to another owner. Triggers tell the gateways what they must not accept any more.
import { sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import type { ManagedBy } from '../managed-by.ts'
import { holdSuspensions } from './suspension.ts'

/** Imports wait for each other: each sees the whole of what the one before has done. */
export async function lockImports(trx: Trx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('catalogue import'))`.execute(trx)
  await holdSuspensions(trx)
}

/** An object of the catalogue, by what people know it by. */
export type ObjectKey =
  | Readonly<{ kind: 'api'; id: string }>
  | Readonly<{ kind: 'application'; clientId: string }>
  | Readonly<{ kind: 'subscription'; clientId: string; apiId: string }>
  | Readonly<{ kind: 'group'; name: string }>

function rowOf(key: ObjectKey) {
  if (key.kind === 'api') return sql`apis where id = ${key.id}`
  if (key.kind === 'application') return sql`applications where client_id = ${key.clientId}`
  if (key.kind === 'group') return sql`groups where name = ${key.name}`
  return sql`subscriptions where api_id = ${key.apiId}
    and application_id = (select id from applications where client_id = ${key.clientId})`
}

const TABLE_OF = { api: 'apis', application: 'applications', subscription: 'subscriptions', group: 'groups' } as const

/** Gives an object to another owner. */
export async function handOver(trx: Trx, key: ObjectKey, to: ManagedBy): Promise<void> {
  const table = sql.table(TABLE_OF[key.kind])
  await sql`update ${table} set managed_by = ${to} where ctid = (select ctid from ${rowOf(key)} for no key update)`.execute(
    trx,
  )
}

/** Deletes an object, and what goes with it. Returns the id of the application that it is or belongs to. */
export async function deleteObject(trx: Trx, key: ObjectKey): Promise<string | undefined> {
  const returning = key.kind === 'application' ? sql`id` : key.kind === 'subscription' ? sql`application_id` : sql`null`
  const { rows } = await sql<{ id: string | null }>`delete from ${rowOf(key)} returning ${returning} as id`.execute(trx)
  return rows[0]?.id ?? undefined
}

/** Who manages a subscription, locked until the transaction ends; undefined where there is none. */
export async function lockSubscription(
  trx: Trx,
  { clientId, apiId }: Readonly<{ clientId: string; apiId: string }>,
): Promise<ManagedBy | undefined> {
  const found = await trx
    .selectFrom('subscriptions as subscription')
    .innerJoin('applications as application', 'application.id', 'subscription.application_id')
    .where('application.client_id', '=', clientId)
    .where('subscription.api_id', '=', apiId)
    .select('subscription.managed_by as managedBy')
    .forNoKeyUpdate('subscription')
    .executeTakeFirst()
  return found?.managedBy
}

/** Which applications use an API, by their client IDs. */
export async function listSubscribers(trx: Trx, apiId: string): Promise<readonly string[]> {
  const { rows } = await sql<{ clientId: string }>`
    select client_id as "clientId" from subscriptions join applications on applications.id = application_id
    where api_id = ${apiId} order by 1`.execute(trx)
  return rows.map(({ clientId }) => clientId)
}

/** Of some plans of an API those that applications are on, each with their client IDs. */
export async function listPlanSubscribers(
  trx: Trx,
  apiId: string,
  plans: readonly string[],
): Promise<readonly Readonly<{ plan: string; clientIds: readonly string[] }>[]> {
  const { rows } = await sql<{ plan: string; clientIds: readonly string[] }>`
    select plan, array_agg(client_id order by client_id) as "clientIds"
    from subscriptions join applications on applications.id = application_id
    where api_id = ${apiId} and plan = any (${[...plans]}::text[]) group by plan order by plan`.execute(trx)
  return rows
}

/** Takes every scope from an API that is not among these, and from all that had it. */
export async function keepScopes(trx: Trx, apiId: string, scopes: readonly string[]): Promise<void> {
  const kept = sql`${[...scopes]}::text[]`
  await sql`
    update subscriptions set scopes = array(select scope from unnest(scopes) scope where scope = any (${kept}))
    where api_id = ${apiId} and not scopes <@ ${kept}`.execute(trx)
  await sql`delete from api_scopes where api_id = ${apiId} and name <> all (${kept})`.execute(trx)
}

/** Takes every plan from an API that is not among these. Nobody may be on it any more. */
export async function keepPlans(trx: Trx, apiId: string, plans: readonly string[]): Promise<void> {
  await sql`delete from api_plans where api_id = ${apiId} and plan <> all (${[...plans]}::text[])`.execute(trx)
  await sql`delete from plans where managed_by = 'file' and not exists (
    select from api_plans where plan = plans.name)`.execute(trx)
}

/** Makes a group; false where there is one of this name, whoever made it meanwhile. */
export async function insertGroup(
  trx: Trx,
  { name, description, managedBy }: Readonly<{ name: string; description: string; managedBy: ManagedBy }>,
): Promise<boolean> {
  const { rows } = await sql`
    insert into groups (name, description, managed_by) values (${name}, ${description}, ${managedBy})
    on conflict (name) do nothing returning name`.execute(trx)
  return rows.length === 1
}

/** Makes a group, or says what it is; false where somebody else manages it. */
export async function upsertGroup(
  trx: Trx,
  { name, description, managedBy }: Readonly<{ name: string; description: string; managedBy: ManagedBy }>,
): Promise<boolean> {
  const { rows } = await sql`
    insert into groups (name, description, managed_by) values (${name}, ${description}, ${managedBy})
    on conflict (name) do update set description = excluded.description
    where groups.managed_by = excluded.managed_by returning name`.execute(trx)
  return rows.length === 1
}

/** Who needs a group: APIs by their ids. */
export async function listGroupUsers(trx: Trx, name: string): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from apis where ${name} = any (token_groups)
      or exists (select from api_scopes where api_id = apis.id and required_group = ${name}) order by id`.execute(trx)
  return rows.map(({ id }) => id)
}

export function findStoredGroup(db: Db, name: string): Promise<Readonly<{ description: string }> | undefined> {
  return db.selectFrom('groups').where('name', '=', name).select('description').executeTakeFirst()
}

/** All groups, each with what it is. */
export async function listStoredGroups(
  db: Db,
): Promise<readonly Readonly<{ name: string; description: string; managedBy: ManagedBy }>[]> {
  return db.selectFrom('groups').orderBy('name').select(['name', 'description', 'managed_by as managedBy']).execute()
}
