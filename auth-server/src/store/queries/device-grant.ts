// A guest's tokens: an assertion of the device's key counts once, and opens or goes on with the login of its device at one API.
import { sql } from 'kysely'
import { sha256 } from '../../crypto/digest.ts'
import type { AddedClaims } from '../added-claims.ts'
import type { Db } from '../database.ts'
import { isOfApplication } from '../sql.ts'
import { GUEST_DAYS, IS_STANDING_GUEST } from '../tables/device-keys.ts'
import { FAMILY_COLUMNS, type FamilyView } from '../tables/refresh-families.ts'

/** What an assertion asks for, whose signature and claims hold. */
export interface DeviceAsked {
  readonly jkt: string
  readonly jti: string
  /** For how long the assertion could come again. */
  readonly keepSeconds: number
  readonly clientId: string
  readonly apiId: string
  /** Of a login, if there is none of this device at this API. */
  readonly familyId: string
  readonly acr: string
  readonly amr: readonly string[]
  readonly opens: MayOpen
}

/**
 * Whether an assertion may open a login, with what hooks that were asked have added to it, if any were; or only go on with
 * the one that there is.
 */
export type MayOpen = Readonly<{ addedClaims: AddedClaims | undefined }> | false

/**
 * `no guest`: the key is unknown, another application's, or has ended; or the API admits no guests (any more). `ended`: the
 * login that it should only go on with.
 */
export type DeviceGrant =
  | Readonly<{ kind: 'granted'; family: FamilyView }>
  | Readonly<{ kind: 'repeated' | 'no guest' | 'ended' }>

/** The guest of a key, who stands, with what their login at the API may do. Part of a statement. */
function standingDevice({ jkt, clientId, apiId }: Pick<DeviceAsked, 'jkt' | 'clientId' | 'apiId'>) {
  return sql`
      select device.jkt, device.used_at, person.id as person_id, person.auth_epoch,
             application.id as application_id, application.client_id, api.id as api_id, api.resource,
             api.guest_plan as plan,
             array(select scope.name from api_scopes scope
                   where scope.api_id = api.id and scope.for_guests and scope.required_group is null
                     and scope.name = any (subscription.scopes) order by scope.name) as scopes
      from device_keys device, people person, applications application, subscriptions subscription, apis api
      where device.jkt = ${jkt} and ${IS_STANDING_GUEST}
        and ${isOfApplication('device')} and application.client_id = ${clientId}
        and api.id = ${apiId} and api.guest_plan is not null
        and subscription.application_id = application.id and subscription.api_id = api.id
        and subscription.status = 'approved'`
}

/** The login of `device` at its API, as long as it goes on. */
const IS_OPEN_LOGIN = sql`family.device_jkt = device.jkt and family.api_id = device.api_id and family.revoked_at is null
  and family.idle_expires_at > auth_now() and family.expires_at > auth_now()`

/** What an assertion would do. */
export interface DeviceLogin {
  readonly personId: string
  readonly applicationId: string
  readonly scopes: readonly string[]
  /** It goes on with the login that there is, or has come before. */
  readonly isKnown: boolean
}

/** Looks, and uses nothing up; undefined where there is no such guest. */
export async function findDeviceLogin(
  db: Db,
  asked: Pick<DeviceAsked, 'jkt' | 'jti' | 'clientId' | 'apiId'>,
): Promise<DeviceLogin | undefined> {
  const { rows } = await sql<DeviceLogin>`
    with device as (${standingDevice(asked)})
    select person_id as "personId", application_id as "applicationId", scopes,
           exists (select from refresh_families family where ${IS_OPEN_LOGIN})
             or exists (select from used_jtis where jti_hash = ${jtiHashOf(asked)}) as "isKnown"
    from device`.execute(db)
  return rows[0]
}

function jtiHashOf({ jkt, jti }: Pick<DeviceAsked, 'jkt' | 'jti'>): string {
  return sha256(['device_assertion', jkt, jti].join('\0'))
}

/**
 * One statement. Strangers leave no rows: an assertion is noted only where its key is a guest's. When a key was last used
 * is written down once a day, for an index goes with it.
 */
export async function grantToDevice(db: Db, asked: DeviceAsked): Promise<DeviceGrant> {
  const jtiHash = jtiHashOf(asked)
  const added = asked.opens === false ? undefined : asked.opens.addedClaims
  const addedClaims = added && Object.keys(added).length > 0 ? JSON.stringify(added) : null
  const ends = sql`auth_now() + make_interval(days => ${GUEST_DAYS})`
  const { rows } = await sql<FamilyView & Readonly<{ id: string | null; isNew: boolean }>>`
    with device as (${standingDevice(asked)}), noted as (
      insert into used_jtis (jti_hash, expires_at)
      select ${jtiHash}, auth_now() + make_interval(secs => ${asked.keepSeconds}) from device
      on conflict do nothing returning jti_hash
    ), used as (
      update device_keys set used_at = auth_now() from device, noted
      where device_keys.jkt = device.jkt
        and (device.used_at is null or device.used_at < auth_now() - interval '1 day')
    ), family as (${
      asked.opens
        ? sql`
      -- Of calls at once the index lets one open it, and the others go on with that.
      insert into refresh_families (id, person_id, auth_epoch, application_id, api_id, session_id, scopes, acr, amr, auth_time,
                                    generation, current_hash, dpop_jkt, bound_since, device_jkt, added_claims, idle_expires_at, expires_at)
      select ${asked.familyId}, person_id, auth_epoch, application_id, api_id, ${asked.familyId}, scopes, ${asked.acr},
             ${[...asked.amr]}, auth_now(), 1, '', jkt, 1, jkt, ${addedClaims}::jsonb, ${ends}, ${ends}
      from device, noted
      on conflict (device_jkt, api_id) where device_jkt is not null and revoked_at is null
      do update set used_at = auth_now(), auth_time = excluded.auth_time, scopes = excluded.scopes,
                    added_claims = ${added ? sql`excluded.added_claims` : sql`refresh_families.added_claims`},
                    idle_expires_at = excluded.idle_expires_at, expires_at = excluded.expires_at
      returning *`
        : sql`
      update refresh_families family
      set used_at = auth_now(), auth_time = auth_now(), scopes = device.scopes, idle_expires_at = ${ends}, expires_at = ${ends}
      from device, noted where ${IS_OPEN_LOGIN}
      returning family.*`
    })
    select ${FAMILY_COLUMNS}, device.client_id as "clientId", device.application_id as "applicationId", device.resource,
           device.plan, array[]::text[] as groups, device.scopes as "allowedScopes",
           exists (select from noted) as "isNew"
    from device left join family on true`.execute(db)
  const [row] = rows
  if (!row) return { kind: 'no guest' }
  if (row.id === null) return { kind: row.isNew ? 'ended' : 'repeated' }
  return { kind: 'granted', family: row }
}
