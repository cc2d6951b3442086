// What a developer may set of an application without an administrator, and in which bounds. A new bound is a row here.
import { type NamedRefusal, refusal } from '@mobile-api-gateway/sdk/contract/refusals.ts'
import { APPLICATION_DEFAULTS } from '../catalogue/application-defaults.ts'
import type { Trx } from '../store/database.ts'
import { countOwnApplications } from '../store/queries/application-people.ts'
import type { ManagementActor } from './actor.ts'
import { conflict, refused } from './refusals.ts'

interface Bounded {
  readonly pkceRequired: boolean
  readonly refreshIdleSeconds: number
  readonly refreshAbsoluteSeconds: number
  readonly grantTypes: readonly string[]
}

interface Bound {
  /** @param before of a new application: what one is without a word. */
  readonly isKept: (wanted: Bounded, before: Bounded) => boolean
  readonly refusal: NamedRefusal
}

/** Devices and guests: people who have no account, and sign in without a page. */
const DEVICES = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const { refreshIdleSeconds: IDLE, refreshAbsoluteSeconds: ABSOLUTE } = APPLICATION_DEFAULTS

const BOUNDS: Readonly<Record<keyof Bounded, Bound>> = {
  pkceRequired: {
    isKept: (wanted, before) => wanted.pkceRequired || !before.pkceRequired,
    refusal: refusal('pkce_by_administrator'),
  },
  refreshIdleSeconds: {
    isKept: (wanted, before) => wanted.refreshIdleSeconds <= Math.max(IDLE, before.refreshIdleSeconds),
    refusal: refusal('refresh_by_administrator', 'refresh_idle_seconds', IDLE),
  },
  refreshAbsoluteSeconds: {
    isKept: (wanted, before) => wanted.refreshAbsoluteSeconds <= Math.max(ABSOLUTE, before.refreshAbsoluteSeconds),
    refusal: refusal('refresh_by_administrator', 'refresh_absolute_seconds', ABSOLUTE),
  },
  grantTypes: {
    isKept: (wanted, before) => !wanted.grantTypes.includes(DEVICES) || before.grantTypes.includes(DEVICES),
    refusal: refusal('devices_by_administrator', DEVICES),
  },
}

/** @throws {HttpProblem} 409 for a developer who owns as many applications as one may */
export async function requireRoomForOneMore(trx: Trx, { person }: ManagementActor, most: number): Promise<void> {
  if (person?.role !== 'developer' || (await countOwnApplications(trx, person.id)) < most) return
  throw conflict('too_many_applications', most)
}

/** What an administrator has set beyond a bound stays as it is. @throws {HttpProblem} 403 */
export function requireDeveloperBounds(
  { person }: ManagementActor,
  wanted: Bounded,
  before: Bounded = APPLICATION_DEFAULTS,
): void {
  if (person?.role !== 'developer') return
  const passed = Object.values(BOUNDS).find(({ isKept }) => !isKept(wanted, before))
  if (passed) throw refused('access_denied', passed.refusal)
}
