// The keys of devices: each speaks for one installation of one app, and for one guest.
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import type { Defaulted, Json, TableDeclaration } from '../declaration.ts'

export interface DeviceKeys {
  /** The key's thumbprint (RFC 7638). */
  jkt: string
  person_id: string
  application_id: string
  public_jwk: Json<Readonly<Record<string, unknown>>>
  /** What vouched for it, if anything did. */
  attested_by: string | null
  attested_at: Date | null
  created_at: Defaulted<Date>
  used_at: Date | null
  auth_epoch: number
  /** What the person calls the device. */
  name: string | null
  /** Since when it is an account's; null while it is a guest's. */
  account_since: Date | null
  /** The guest whose it was, where the account has another `sub`. */
  merged_from: string | null
}

export const DEVICE_KEYS: TableDeclaration<DeviceKeys> = {
  purpose: 'The public keys of devices, by which apps know guests and installations.',
  lifetime: { kept: 'Goes with its person or its application; a guest who is not seen for 90 days is erased.' },
  people: {
    exported: {
      rows: 'person_id',
      columns: {
        jkt: 'exported',
        person_id: 'owner',
        application_id: 'exported',
        public_jwk: 'repeated',
        attested_by: 'exported',
        attested_at: 'exported',
        created_at: 'exported',
        used_at: 'exported',
        auth_epoch: 'internal',
        name: 'exported',
        account_since: 'exported',
        merged_from: 'exported',
      },
    },
    erased: { cascade: 'people' },
  },
}

/** A guest lasts for so many days after an app last asked for tokens, or registered the key. */
export const GUEST_DAYS = 90

/** Whether `device` and `person` are a guest who can have tokens. Part of a statement. */
export const IS_STANDING_GUEST: RawBuilder<SqlBool> = sql`
  person.id = device.person_id and person.kind = 'guest' and person.status = 'active'
  and person.auth_epoch = device.auth_epoch
  and coalesce(device.used_at, device.created_at) > auth_now() - make_interval(days => ${GUEST_DAYS})`

/** A device whose key was proven. */
export interface NewDevice {
  /** Of the guest, if the key is new. */
  readonly personId: string
  readonly jkt: string
  readonly publicJwk: Readonly<Record<string, unknown>>
  readonly applicationId: string
  readonly name: string
  /** The kind of attestation that vouches for the key, if one does. */
  readonly attestedBy: string | null
}

/** Makes a guest of a key that is nobody's yet; undefined where it is somebody's. The key settles every race. */
export async function insertGuest(trx: Trx, device: NewDevice): Promise<string | undefined> {
  // The key first, for its index settles the race; foreign keys are looked at when the statement is done.
  const { rows } = await sql<{ id: string }>`
    with device as (
      insert into device_keys (jkt, person_id, auth_epoch, application_id, public_jwk, name, attested_by, attested_at)
      values (${device.jkt}, ${device.personId}, 1, ${device.applicationId}, ${JSON.stringify(device.publicJwk)}::jsonb,
              ${device.name}, ${device.attestedBy}, case when ${device.attestedBy}::text is not null then auth_now() end)
      on conflict (jkt) do nothing returning person_id, auth_epoch
    )
    insert into people (id, kind, auth_epoch) select person_id, 'guest', auth_epoch from device returning id`.execute(
    trx,
  )
  return rows[0]?.id
}

/** Of a guest's key that is registered already: what vouches for it now. Returns whose it is, if nothing did before. */
export async function noteAttestation(
  trx: Trx,
  { jkt, applicationId, attestedBy }: Pick<NewDevice, 'jkt' | 'applicationId' | 'attestedBy'>,
): Promise<string | undefined> {
  const { rows } = await sql<{ personId: string; isFirst: boolean }>`
    with before as (
      select device.jkt, device.attested_by from device_keys device, people person
      where device.jkt = ${jkt} and device.application_id = ${applicationId} and ${IS_STANDING_GUEST}
      for update of device
    )
    update device_keys device set attested_by = ${attestedBy}, attested_at = auth_now() from before
    where device.jkt = before.jkt
    returning device.person_id as "personId", before.attested_by is null as "isFirst"`.execute(trx)
  return rows[0]?.isFirst ? rows[0].personId : undefined
}

/** A device, and whose it is. */
export interface KnownDevice {
  readonly personId: string
  readonly name: string
  /** It is a guest's, who can have tokens; not if the guest has ended, or has an account. */
  readonly isGuest: boolean
}

export async function findDevice(db: Db, jkt: string): Promise<KnownDevice | undefined> {
  const { rows } = await sql<KnownDevice>`
    select person.id as "personId", coalesce(device.name, device.jkt) as name, ${IS_STANDING_GUEST} as "isGuest"
    from device_keys device join people person on person.id = device.person_id where device.jkt = ${jkt}`.execute(db)
  return rows[0]
}

/** The guest of a key, if the key is this application's and counts still. */
export async function findGuest(
  db: Db,
  { jkt, applicationId }: Readonly<{ jkt: string; applicationId: string }>,
): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    select person.id from device_keys device, people person
    where device.jkt = ${jkt} and device.application_id = ${applicationId} and ${IS_STANDING_GUEST}`.execute(db)
  return rows[0]?.id
}
