// When a visit stops to say what becomes of a guest; and when there is no guest any more of whom anything could become.
import type { Db } from '../../store/database.ts'
import { findDevice, type KnownDevice } from '../../store/tables/device-keys.ts'
import type { Facts, PolicyDeps } from '../facts.ts'

/** The key of the device that has begun the visit, to make an account of its guest. */
export function deviceOf({ pending }: Pick<Facts, 'pending'>): string | undefined {
  return pending.app && pending.request.deviceJkt
}

/** The same, once somebody has read what becomes of the guest: who has not, makes an account of their own. */
export function toldDeviceOf(pending: Facts['pending']): string | undefined {
  return pending.steps.guest && deviceOf({ pending })
}

/** The device of a guest who is to make an account in this visit, or to become part of one; undefined where none is. */
export async function guestDeviceOf(facts: Pick<Facts, 'pending'>, db: Db): Promise<KnownDevice | undefined> {
  const jkt = deviceOf(facts)
  const device = jkt === undefined ? undefined : await findDevice(db, jkt)
  return device?.isGuest ? device : undefined
}

/** Before anything else, and before anybody signs in: what is typed afterwards is typed by who knows what it is for. */
export async function needsGuestPage(facts: Facts, { db }: PolicyDeps): Promise<boolean> {
  return facts.pending.steps.guest === undefined && (await guestDeviceOf(facts, db)) !== undefined
}

/**
 * Whether the guest has ended, or has become somebody else's account in another visit; whoever has just become one in this
 * visit goes on.
 */
export async function isGuestGone(facts: Facts, { db }: PolicyDeps): Promise<boolean> {
  const jkt = deviceOf(facts)
  if (jkt === undefined) return false
  const device = await findDevice(db, jkt)
  return device === undefined || !(device.isGuest || device.personId === facts.session?.personId)
}
