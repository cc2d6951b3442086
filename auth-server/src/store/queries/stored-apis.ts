// APIs as they are stored, each with its scopes and plans: what a file, a page or the management API shows of them.
import type { RegistrationForm } from '@mobile-api-gateway/sdk/contract/registration-form.ts'
import { sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import type { ManagedBy } from '../managed-by.ts'
import { type Offer, type PlanDescriptions, PORTAL_API, type SignInOffer, type WhoMayCome } from '../tables/apis.ts'

export interface StoredScope {
  readonly name: string
  readonly description: string
  /** The group that it is for; null: for everybody. */
  readonly group: string | null
  readonly forGuests: boolean
}

export interface StoredApi {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly resource: string
  /** By name, as the plans are. */
  readonly scopes: readonly StoredScope[]
  readonly plans: readonly string[]
  readonly planDescriptions: PlanDescriptions
  readonly tokenGroups: readonly string[]
  /** The plan of guests; null: it admits none. */
  readonly guestPlan: string | null
  /** Where its backend hears of people who are merged or erased; null: nowhere. */
  readonly eventsUri: string | null
  readonly offer: Offer
  /** Null: in every way that there is. */
  readonly signIn: SignInOffer | null
  /** What people are asked; null: nothing. */
  readonly registration: RegistrationForm | null
  /** Null: everybody may come. */
  readonly signUp: WhoMayCome | null
  /** Its OpenAPI document in a few words; null: it has none. */
  readonly document: string | null
  readonly managedBy: ManagedBy
  readonly suspendedAt: Date | null
}

/** A part of a list in the order of its keys. */
export interface PartOfList {
  /** The key that the part before ended with. */
  readonly after?: string | undefined
  readonly limit: number
}

function storedApis(db: Db) {
  return db
    .selectFrom('apis as api')
    .where('api.id', '<>', PORTAL_API)
    .select([
      'api.id',
      'api.name',
      'api.description',
      'api.resource',
      'api.token_groups as tokenGroups',
      'api.guest_plan as guestPlan',
      'api.events_uri as eventsUri',
      'api.plan_descriptions as planDescriptions',
      'api.offer',
      'api.sign_in as signIn',
      'api.registration',
      'api.sign_up as signUp',
      'api.managed_by as managedBy',
      'api.suspended_at as suspendedAt',
      sql<readonly StoredScope[]>`coalesce((
        select jsonb_agg(jsonb_build_object('name', scope.name, 'description', scope.description,
          'group', scope.required_group, 'forGuests', scope.for_guests) order by scope.name)
        from api_scopes scope where scope.api_id = api.id), '[]')`.as('scopes'),
      sql<string | null>`(
        select title || ' ' || version || ', sha256 ' || sha256 from api_documents where api_id = api.id)`.as(
        'document',
      ),
      sql<readonly string[]>`array(select plan from api_plans where api_id = api.id order by plan)`.as('plans'),
    ])
}

/** One API, which nobody else changes until the transaction ends; what refers to it can be inserted meanwhile. */
export function findStoredApi(trx: Trx, id: string): Promise<StoredApi | undefined> {
  return storedApis(trx).where('api.id', '=', id).forNoKeyUpdate('api').executeTakeFirst()
}

/** The same for many at once, none of whom changes it. */
export function shareStoredApi(trx: Trx, id: string): Promise<StoredApi | undefined> {
  return storedApis(trx).where('api.id', '=', id).forShare('api').executeTakeFirst()
}

/** APIs by their ids. */
export async function listStoredApis(db: Db, { after = '', limit }: PartOfList): Promise<readonly StoredApi[]> {
  return storedApis(db).where('api.id', '>', after).orderBy('api.id').limit(limit).execute()
}
