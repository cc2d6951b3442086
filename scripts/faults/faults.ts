// THE table of faults, by what is broken. A new one is a row in the file of its kind.
import type { GatewayKind } from '../stack/stack-options.ts'
import { LOGINS_AT_ONCE, runCrowd } from './auth-server/crowding.ts'
import { POSTGRES_FAULTS } from './auth-server/postgres.ts'
import { runFault } from './auth-server/run.ts'
import { SERVER_FAULTS } from './auth-server/server.ts'
import { PROCESS_FAULTS } from './gateway/processes.ts'
import { REDIS_FAULTS } from './gateway/redis.ts'
import { runGatewayFault } from './gateway/run.ts'
import { WAY_FAULTS } from './gateway/ways.ts'
import type { FaultReport } from './report.ts'

/** What can be asked for. */
export interface Trouble {
  /** What is done, for the report. */
  readonly what: string
  /** Why it cannot be done on this machine. */
  readonly missing?: string | undefined
  /** @param gateway the one that is to be there where what is broken concerns a gateway */
  readonly run: (gateway: GatewayKind) => Promise<FaultReport>
}

/** Rows of one kind, as they are run. */
function rows<Kind extends Omit<Trouble, 'run'>>(
  kinds: Readonly<Record<string, Kind>>,
  run: (kind: Kind, gateway: GatewayKind) => Promise<FaultReport>,
): Record<string, Trouble> {
  return Object.fromEntries(
    Object.entries(kinds).map(([name, kind]) => [name, { ...kind, run: (gateway) => run(kind, gateway) }]),
  )
}

export const FAULTS: Readonly<Record<string, Trouble>> = {
  ...rows(POSTGRES_FAULTS, runFault),
  ...rows(SERVER_FAULTS, runFault),
  ...rows(REDIS_FAULTS, runGatewayFault),
  ...rows(PROCESS_FAULTS, runGatewayFault),
  ...rows(WAY_FAULTS, runGatewayFault),
  'logins-at-once': { what: LOGINS_AT_ONCE, run: runCrowd },
}
