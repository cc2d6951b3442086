// What a developer may set of an application without an administrator, and in which bounds. A new bound is a row here.
import { APPLICATION_DEFAULTS } from '../catalogue/application-defaults.ts'
import type { Trx } from '../store/database.ts'
import { countOwnApplications } from '../store/queries/application-people.ts'
import type { ManagementActor } from './actor.ts'
import { conflict, forbidden } from './refusals.ts'

interface Bounded {
  readonly pkceRequired: boolean
  readonly refreshIdleSeconds: number
  readonly refreshAbsoluteSeconds: number
  readonly grantTypes: readonly string[]
}

interface Bound {
  /** @param before of a new application: what one is without a word. */
  readonly isKept: (wanted: Bounded, before: Bounded) => boolean
  readonly refusal: string
}

/** Devices and guests: people who have no account, and sign in without a page. */
const DEVICES = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const { refreshIdleSeconds: IDLE, refreshAbsoluteSeconds: ABSOLUTE } = APPLICATION_DEFAULTS

const BOUNDS: Readonly<Record<keyof Bounded, Bound>> = {
  pkceRequired: {
    isKept: (wanted, before) => wanted.pkceRequired || !before.pkceRequired,
    refusal: 'an administrator alone lets an application do without PKCE',
  },
  refreshIdleSeconds: {
    isKept: (wanted, before) => wanted.refreshIdleSeconds <= Math.max(IDLE, before.refreshIdleSeconds),
    refusal: `refresh_idle_seconds is ${IDLE} at most, unless an administrator sets it`,
  },
  refreshAbsoluteSeconds: {
    isKept: (wanted, before) => wanted.refreshAbsoluteSeconds <= Math.max(ABSOLUTE, before.refreshAbsoluteSeconds),
    refusal: `refresh_absolute_seconds is ${ABSOLUTE} at most, unless an administrator sets it`,
  },
  grantTypes: {
    isKept: (wanted, before) => !wanted.grantTypes.includes(DEVICES) || before.grantTypes.includes(DEVICES),
    refusal: `an administrator alone lets an application have devices and guests (${DEVICES})`,
  },
}

/** @throws {HttpProblem} 409 for a developer who owns as many applications as one may */
export async function requireRoomForOneMore(trx: Trx, { person }: ManagementActor, most: number): Promise<void> {
  if (person?.role !== 'developer' || (await countOwnApplications(trx, person.id)) < most) return
  throw conflict(`you own ${most} applications, as many as one developer may: remove one, or ask an administrator`)
}

/** What an administrator has set beyond a bound stays as it is. @throws {HttpProblem} 403 */
export function requireDeveloperBounds(
  { person }: ManagementActor,
  wanted: Bounded,
  before: Bounded = APPLICATION_DEFAULTS,
): void {
  if (person?.role !== 'developer') return
  const passed = Object.values(BOUNDS).find(({ isKept }) => !isKept(wanted, before))
  if (passed) throw forbidden(passed.refusal)
}
