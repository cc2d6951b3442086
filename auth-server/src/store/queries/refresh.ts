// Refreshing: what lets a family give tokens, and one statement for each transition of its token.
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Db } from '../database.ts'
import {
  IS_UNENDED,
  isAdmitted,
  isOfApplication,
  isOfStandingPerson,
  isSubscribed,
  openScopes,
  toldGroups,
  unixSeconds,
} from '../sql.ts'
import { type Slot, statement } from '../statement.ts'
import { FAMILY_COLUMNS, type FamilyView } from '../tables/refresh-families.ts'

/** What a caller presents and asks; null asks for nothing in particular. */
export interface Presented {
  readonly familyId: string
  readonly generation: number
  readonly hash: string
  readonly clientId: string
  readonly scopes: readonly string[] | null
  readonly resource: string | null
  /** Thumbprint of the key whose possession the caller proved, or null. */
  readonly dpopJkt: string | null
}

const COLUMNS = sql`
  ${FAMILY_COLUMNS}, application.client_id as "clientId", application.id as "applicationId", api.resource,
  subscription.plan, ${toldGroups(sql`family.person_id`)} as groups,
  ${openScopes(sql`subscription.scopes`, sql`family.api_id`, sql`family.person_id`)} as "allowedScopes"`

const OTHERS = sql`people person, applications application, subscriptions subscription, apis api`

/** Joins, and everything that has to hold for a family to give tokens at all. */
const IS_LIVE: RawBuilder<SqlBool> = sql`
  ${isOfStandingPerson('family')} and ${isOfApplication('family')} and api.id = family.api_id
  and ${isSubscribed('family')} and ${isAdmitted('family')} and ${IS_UNENDED}`

/** A family that stands, and when it began and will end unless it is used; Unix seconds. */
export type StandingFamily = FamilyView & Readonly<{ startedAt: number; expiresAt: number }>

const FIND_LIVE = statement<Readonly<{ familyId: string; clientId: string }>, StandingFamily>(
  ({ familyId, clientId }, db) =>
    sql<StandingFamily>`
      select ${COLUMNS}, ${unixSeconds(sql`family.created_at`)} as "startedAt",
             ${unixSeconds(sql`least(family.expires_at, family.idle_expires_at)`)} as "expiresAt"
      from refresh_families family, ${OTHERS}
      where family.id = ${familyId} and application.client_id = ${clientId} and ${IS_LIVE}`.compile(db),
  'reads',
)

/** The live family of this client, if there is one. */
export async function findLiveFamily(db: Db, familyId: string, clientId: string): Promise<StandingFamily | undefined> {
  const [family] = await FIND_LIVE(db, { familyId, clientId })
  return family
}

/**
 * RFC 9449 §5: a refresh token that a public client gets for a request with a proof is bound to the proven key, also when
 * the token before it was not.
 */
function bind(dpopJkt: string | null | Slot) {
  const binds = sql`family.dpop_jkt is null and application.token_endpoint_auth_method = 'none' and ${dpopJkt}::text is not null`
  return sql`dpop_jkt = case when ${binds} then ${dpopJkt}::text else family.dpop_jkt end,
        bound_since = case when ${binds} then family.generation + 1 else family.bound_since end`
}

type Rotation = Presented & Readonly<{ nextHash: string; nextSealed: Buffer }>

const ROTATE = statement<Rotation, FamilyView>((rotation, db) =>
  sql<FamilyView>`
    update refresh_families family
    set generation = family.generation + 1, current_hash = ${rotation.nextHash}, previous_hash = family.current_hash,
        sealed_successor = ${rotation.nextSealed}, spent_at = auth_now(), recovered_at = null, ${bind(rotation.dpopJkt)},
        used_at = auth_now(), idle_expires_at = auth_now() + application.refresh_idle
    from ${OTHERS}
    where family.id = ${rotation.familyId} and family.generation = ${rotation.generation}
      and family.current_hash = ${rotation.hash} and application.client_id = ${rotation.clientId}
      and (${rotation.scopes}::text[] is null or family.scopes @> ${rotation.scopes}::text[])
      and (${rotation.resource}::text is null or api.resource = ${rotation.resource})
      and (family.dpop_jkt is null or family.dpop_jkt = ${rotation.dpopJkt})
      and ${IS_LIVE}
    returning ${COLUMNS}`.compile(db),
)

/** The current token becomes the previous one. The row settles every race: one caller gets it, the others nothing. */
export async function rotateFamily(
  db: Db,
  presented: Presented,
  successor: Readonly<{ hash: string; sealed: Buffer }>,
): Promise<FamilyView | undefined> {
  const [family] = await ROTATE(db, { ...presented, nextHash: successor.hash, nextSealed: successor.sealed })
  return family
}

/** The unused current token is retired and the previous one gets another successor, once per token (lost answers). */
export async function recoverFamily(
  db: Db,
  seen: FamilyView,
  successor: Readonly<{ hash: string; sealed: Buffer }>,
  dpopJkt: string | null,
): Promise<FamilyView | undefined> {
  const { rows } = await sql<FamilyView>`
    update refresh_families family
    set generation = family.generation + 1, current_hash = ${successor.hash}, sealed_successor = ${successor.sealed},
        spent_at = auth_now(), recovered_at = auth_now(), used_at = auth_now(), ${bind(dpopJkt)},
        idle_expires_at = auth_now() + application.refresh_idle
    from ${OTHERS}
    where family.id = ${seen.id} and family.generation = ${seen.generation} and family.recovered_at is null and ${IS_LIVE}
    returning ${COLUMNS}`.execute(db)
  return rows[0]
}
