// When a visit stops to say what becomes of a guest; and when there is no guest any more who could make an account.
import { findDevice } from '../../store/tables/device-keys.ts'
import type { Facts, PolicyDeps } from '../facts.ts'

declare module '../../store/visit-steps.ts' {
  interface StepNames {
    /** Somebody has read which device and app it is about. */
    readonly guest: DoneStep
  }
}

/** The key of the device that has begun the visit, to make an account of its guest. */
export function deviceOf({ pending }: Pick<Facts, 'pending'>): string | undefined {
  return pending.app && pending.request.deviceJkt
}

/** Before anything else, and before anybody signs in: what is typed afterwards is typed by who knows what it is for. */
export function needsGuestPage(facts: Facts): boolean {
  const { guest, login } = facts.pending.steps
  return deviceOf(facts) !== undefined && guest === undefined && login === undefined
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
