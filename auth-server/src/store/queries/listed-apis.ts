// APIs as those who administer them read them: one, or a page of a list in the order of their names.
import type { RegistrationForm } from '@mobile-api-gateway/sdk/contract/registration-form.ts'
import { type RawBuilder, sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import type { ManagedBy } from '../managed-by.ts'
import type { DocumentFacts } from '../tables/api-documents.ts'
import { type Offer, type PlanDescriptions, PORTAL_API, type SignInOffer, type WhoMayCome } from '../tables/apis.ts'
import { isReachedApi, type Reach } from './reached.ts'

/** An API with its scopes and plans. */
export interface ListedApi {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly resource: string
  readonly scopes: Readonly<{
    name: string
    description: string
    requiredGroup: string | null
    forGuests: boolean
  }>[]
  readonly plans: string[]
  readonly planDescriptions: PlanDescriptions
  readonly tokenGroups: string[]
  readonly guestPlan: string | null
  readonly eventsUri: string | null
  readonly suspendedAt: Date | null
  readonly managedBy: ManagedBy
  readonly offer: Offer
  readonly signIn: SignInOffer | null
  readonly registration: RegistrationForm | null
  /** Null: everybody may come. */
  readonly signUp: WhoMayCome | null
  /** What is told of its OpenAPI document; the moment as text. */
  readonly document: (Omit<DocumentFacts, 'changedAt'> & Readonly<{ changedAt: string }>) | null
}

const COLUMNS = sql`
  api.id, api.name, api.resource, api.token_groups as "tokenGroups", api.guest_plan as "guestPlan", api.events_uri as "eventsUri",
  api.plan_descriptions as "planDescriptions",
  api.suspended_at as "suspendedAt", api.description, api.managed_by as "managedBy",
  api.offer, api.sign_in as "signIn", api.registration, api.sign_up as "signUp", (
    select json_build_object('format', format, 'openapi', openapi, 'title', title, 'version', version, 'sha256', sha256,
      'changedAt', changed_at)
    from api_documents where api_id = api.id) as document,
  array(select plan from api_plans where api_id = api.id order by 1) as plans,
  coalesce((
    select json_agg(json_build_object('name', scope.name, 'description', scope.description,
      'requiredGroup', scope.required_group, 'forGuests', scope.for_guests) order by scope.name)
    from api_scopes scope where scope.api_id = api.id), '[]') as scopes`

/** A page of a list, and what it is narrowed to. */
export interface ApiPage {
  readonly after: string | undefined
  readonly limit: number
  readonly suspended: boolean | undefined
}

export async function listApis(
  db: Db,
  { after, limit, suspended }: ApiPage,
  reach: Reach,
): Promise<readonly ListedApi[]> {
  const { rows } = await sql<ListedApi>`
    select ${COLUMNS} from apis api
    where (${after ?? null}::text is null or api.id > ${after ?? null})
      and (${suspended ?? null}::boolean is null or (api.suspended_at is not null) = ${suspended ?? null})
      and ${isReachedApi(reach)}
    order by api.id limit ${limit}`.execute(db)
  return rows
}

/** One API; undefined where none of this name is reached. */
export function readApi(db: Db, id: string, reach: Reach): Promise<ListedApi | undefined> {
  return readOne(db, id, sql`and ${isReachedApi(reach)}`)
}

/** The same, for whoever is about to change it: others who are, wait. */
export function lockApi(trx: Trx, id: string): Promise<ListedApi | undefined> {
  return readOne(trx, id, sql`for no key update`)
}

/** A plan, and the APIs that offer it. */
export interface ListedPlan {
  readonly name: string
  readonly apis: string[]
  readonly managedBy: ManagedBy
}

/** A page of the plans of an API, or of all that are reached. */
export interface PlanPage {
  readonly after: string | undefined
  readonly limit: number
  readonly apiId: string | undefined
}

export async function listPlans(
  db: Db,
  { after, limit, apiId }: PlanPage,
  reach: Reach,
): Promise<readonly ListedPlan[]> {
  const offered = sql`select api.id from api_plans join apis api on api.id = api_id
    where plan = plans.name and ${isReachedApi(reach)}`
  const needed = apiId !== undefined || reach !== 'everything'
  const { rows } = await sql<ListedPlan>`
    select name, managed_by as "managedBy", array(${offered} order by 1) as apis
    from plans where (${after ?? null}::text is null or name > ${after ?? null})
      and (not ${needed}::boolean
           or exists (${offered} and (${apiId ?? null}::text is null or api.id = ${apiId ?? null})))
    order by name limit ${limit}`.execute(db)
  return rows
}

async function readOne(db: Db, id: string, rest: RawBuilder<unknown>): Promise<ListedApi | undefined> {
  const { rows } = await sql<ListedApi>`select ${COLUMNS} from apis api
    where api.id = ${id} and api.id <> ${PORTAL_API} ${rest}`.execute(db)
  return rows[0]
}
