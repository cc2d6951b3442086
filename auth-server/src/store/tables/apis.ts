// Rows of APIs.
import type { RegistrationForm } from '@mobile-api-gateway/sdk/contract/registration-form.ts'
import { type ColumnType, type RawBuilder, sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import type { Defaulted, Json, TableDeclaration } from '../declaration.ts'
import { codeOf } from '../health.ts'
import type { ManagedBy } from '../managed-by.ts'

export interface Apis {
  id: string
  name: string
  resource: string
  suspended_at: Date | null
  /** Which groups of a person its tokens name. */
  token_groups: Defaulted<string[]>
  /** The plan of guests; null: it admits none. */
  guest_plan: string | null
  /** Where its backend wants to hear of people who are merged or erased; null: nowhere. */
  events_uri: string | null
  managed_by: Defaulted<ManagedBy>
  /** For developers: what it is for. */
  description: Defaulted<string>
  /** What its plans are for, by their names; for developers. */
  plan_descriptions: ColumnType<PlanDescriptions, string | undefined, string>
  offer: Defaulted<Offer>
  /** Null: every way that there is. */
  sign_in: Json<SignInOffer> | null
  /** What people are asked before an app gets its tokens; null: nothing. */
  registration: ColumnType<RegistrationForm | null, string | null | undefined, string | null>
  /** Null: everybody may come. */
  sign_up: ColumnType<WhoMayCome | null, string | null | undefined, string | null>
}

/** By the names of plans; of those that say nothing there is nothing. */
export type PlanDescriptions = Readonly<Record<string, string>>

/**
 * For whom an API is that is not open to everybody: people who are invited alone, or also those whom an administrator
 * approves when they ask, or those with a proven address at one of these domains, in the form in which addresses are compared.
 */
export type WhoMayCome = 'invitation' | 'approval' | Readonly<{ domains: readonly string[] }>

/** What an API asks of people before an app gets its tokens, as far as it can be known before anybody has come. */
export interface ApiDemands {
  /** A registration form. */
  readonly form: boolean
  /** It is not open to everybody. */
  readonly membership: boolean
  /** Of those, whoever is no member can ask to be one. */
  readonly approval: boolean
  /** A scope of its is for the people of a group. */
  readonly groups: boolean
}

/** Of `api`. Where none of it is asked, a visit looks none of it up. */
export const API_DEMANDS: RawBuilder<ApiDemands> = sql`jsonb_build_object(
  'form', api.registration is not null, 'membership', api.sign_up is not null,
  'approval', coalesce(api.sign_up = '"approval"', false),
  'groups', exists (select from api_scopes closed where closed.api_id = api.id and closed.required_group is not null))`

/** The accounts of this server, passkeys included, where ways to sign in are named; no provider has the name. */
export const OWN_ACCOUNTS = 'own'

/** Which ways to sign in are offered, in this order: names of providers, and `own`. */
export interface SignInOffer {
  readonly providers: readonly string[]
  /** The one that a sign-in goes straight to. */
  readonly default?: string | undefined
}

/**
 * Whether developers are offered an API. `deprecated`: it takes no new subscriptions, and those that there are go on;
 * `hidden`: only those see it whose applications have one.
 */
export const OFFERS = ['open', 'deprecated', 'hidden'] as const
export type Offer = (typeof OFFERS)[number]

/** The feed of revocations as an API: without it gateways let nobody pass. */
export const REVOCATIONS_API = 'revocations'
/** The management API itself. */
export const MANAGEMENT_API = 'management'
/** What the developer portal is subscribed to; nobody else is, and no list shows it. */
export const PORTAL_API = 'developer-portal'

export const APIS: TableDeclaration<Apis> = {
  purpose: 'The APIs that apps call with our tokens.',
  lifetime: { kept: 'Part of the catalogue, which developers edit.' },
  people: { nobody: 'Describes APIs.' },
}

/** A scope that only the people of a group can allow to an app. */
export interface ScopeForGroup {
  readonly description: string
  readonly group: string
}

/** An API as developers meet it. */
export interface ApiDefinition {
  /** Short name, also in URLs: `mobile-api`. */
  readonly id: string
  readonly name: string
  /** For developers: what it is for. */
  readonly description?: string
  /** The `aud` of its tokens: an absolute URI without fragment (RFC 8707 §2). */
  readonly resource: string
  /** Scope name → what it allows, in words for the person who is asked; or that, and the group that it is for. */
  readonly scopes: Readonly<Record<string, string | ScopeForGroup>>
  /** The groups that its tokens name (`groups`) where a person is in them; none unless told. */
  readonly tokenGroups?: readonly string[]
  readonly plans: readonly string[]
  /** What they are for, in words for developers; nothing unless told. */
  readonly planDescriptions?: PlanDescriptions
  /** Guests are admitted, with these of its scopes and on this of its plans; nobody without an account unless told. */
  readonly guests?: Readonly<{ plan: string; scopes: readonly string[] }>
  /** Where its backend hears that a guest became part of an account, or that a `sub` has ended (RFC 8935). */
  readonly eventsUri?: string
  /** Open unless told. */
  readonly offer?: Offer
  /** How its people sign in; in every way that there is unless told. */
  readonly signIn?: SignInOffer
  /** What people are asked before an app gets its tokens; nothing unless told. */
  readonly registration?: RegistrationForm
  /** Who may come; everybody unless told. */
  readonly signUp?: WhoMayCome
}

/** Creates an API with its scopes and plans. `elsewhere` where there is one of this id, whoever made it meanwhile. */
export function insertApi(trx: Trx, definition: ApiDefinition, managedBy: ManagedBy): Promise<UpsertedApi> {
  return writeApi(trx, definition, managedBy, sql`do nothing`)
}

/**
 * Creates an API with its scopes and plans, or brings it up to the definition. Nothing is taken away but
 * what guests may do, and in the two other cases nothing is done.
 * @param resourceBefore what it is known to have
 */
export async function upsertApi(
  db: Db | Trx,
  definition: ApiDefinition,
  managedBy: ManagedBy,
  resourceBefore?: string,
): Promise<UpsertedApi> {
  const upserted = await writeApi(
    db,
    definition,
    managedBy,
    sql`do update
      set name = excluded.name, description = excluded.description, token_groups = excluded.token_groups,
          guest_plan = excluded.guest_plan, events_uri = excluded.events_uri, offer = excluded.offer,
          plan_descriptions = excluded.plan_descriptions, sign_in = excluded.sign_in, registration = excluded.registration, sign_up = excluded.sign_up
      where apis.managed_by = excluded.managed_by`,
  )
  const { id, resource } = definition
  if (upserted !== 'done' || resource === resourceBefore) return upserted
  // On its own: a resource is unique, and to write one, be it the same, keeps all from inserting what refers to the API.
  const move = sql`update apis set resource = ${resource} where id = ${id} and resource <> ${resource}`
  return takenOr(async () => {
    await move.execute(db)
    return upserted
  })
}

async function writeApi(
  db: Db | Trx,
  definition: ApiDefinition,
  managedBy: ManagedBy,
  onConflict: RawBuilder<unknown>,
): Promise<UpsertedApi> {
  const { id, name, description = '', resource, plans, guests, eventsUri = null, offer = 'open', signIn } = definition
  const registration = definition.registration === undefined ? null : JSON.stringify(definition.registration)
  const signUp = definition.signUp === undefined ? null : JSON.stringify(definition.signUp)
  const planDescriptions = JSON.stringify(definition.planDescriptions ?? {})
  const tokenGroups = [...(definition.tokenGroups ?? [])]
  const scopes = Object.entries(definition.scopes).map(([scope, said]) =>
    typeof said === 'string' ? { name: scope, description: said, group: null } : { name: scope, ...said },
  )
  const forGuests = scopes.map((scope) => guests?.scopes.includes(scope.name) ?? false)
  const groups = [...tokenGroups, ...scopes.flatMap(({ group }) => group ?? [])]
  const statement = sql`
    with api as (
      insert into apis (id, name, description, resource, token_groups, guest_plan, events_uri, managed_by, offer, sign_in,
                        registration, sign_up, plan_descriptions)
      values (${id}, ${name}, ${description}, ${resource}, ${tokenGroups}, ${guests?.plan ?? null}, ${eventsUri},
              ${managedBy}, ${offer}, ${signIn ? JSON.stringify(signIn) : null}::jsonb, ${registration}::jsonb,
              ${signUp}::jsonb, ${planDescriptions}::jsonb)
      on conflict (id) ${onConflict}
      returning id
    ), known_group as (
      insert into groups (name, managed_by)
      select distinct unnest(${groups}::text[]), ${managedBy} from api on conflict do nothing
    ), scope as (
      insert into api_scopes (api_id, name, description, required_group, for_guests)
      select api.id, scope.name, scope.description, scope.group_name, scope.for_guests
      from api, unnest(${scopes.map((scope) => scope.name)}::text[], ${scopes.map((scope) => scope.description)}::text[],
                  ${scopes.map((scope) => scope.group)}::text[], ${forGuests}::boolean[])
             as scope (name, description, group_name, for_guests)
      on conflict (api_id, name) do update
      set description = excluded.description, required_group = excluded.required_group,
          for_guests = excluded.for_guests
    ), plan as (
      insert into plans (name, managed_by) select unnest(${[...plans]}::text[]), ${managedBy} from api
      on conflict do nothing
    ), offered as (
      insert into api_plans (api_id, plan) select api.id, unnest(${[...plans]}::text[]) from api
      on conflict do nothing
    )
    select id from api`
  return takenOr(async () => ((await statement.execute(db)).rows.length === 1 ? 'done' : 'elsewhere'))
}

/** The id is what an API is found by, so what is not unique can be the resource alone. */
async function takenOr<Outcome>(work: () => Promise<Outcome>): Promise<Outcome | 'resource taken'> {
  return work().catch((error: unknown) => {
    if (codeOf(error) === UNIQUE_VIOLATION) return 'resource taken'
    throw error
  })
}

const UNIQUE_VIOLATION = '23505'

/** What became of it; `elsewhere`: somebody else manages the API. */
export type UpsertedApi = 'done' | 'elsewhere' | 'resource taken'

/** Finds an API by its short name. */
export async function findApi(db: Db, id: string): Promise<Readonly<{ id: string; resource: string }> | undefined> {
  return db.selectFrom('apis').where('id', '=', id).select(['id', 'resource']).executeTakeFirst()
}

/** Of every API. */
export async function findApiIds(db: Db): Promise<readonly string[]> {
  return (await db.selectFrom('apis').select('id').orderBy('id').execute()).map(({ id }) => id)
}
