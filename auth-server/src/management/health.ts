// What the operation on health does: it tells how the server, its gateways and its deliveries fare.
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { isWritable } from '../store/health.ts'
import { readServerState } from '../store/queries/server-state.ts'
import type { HandlersOf } from './handler.ts'
import { moment } from './moment.ts'

const RELEASE: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
/** Its jobs run, or fail, by themselves. */
const INSTANCE = `${hostname()} ${process.pid}`
const VERSION = String(Object(RELEASE).version)

export const HEALTH_HANDLERS: HandlersOf<'health'> = {
  'health.get': {
    async read({ deps, db }) {
      const [{ schema, gateways, deliveries }, writable] = await Promise.all([readServerState(db), isWritable(db)])
      return {
        version: VERSION,
        instance: INSTANCE,
        database: { writable, schema },
        gateways: gateways.map(({ clientId, nodes, heardAt, lostCalls, lostRefusals }) => ({
          client_id: clientId,
          nodes,
          heard_at: heardAt.toISOString(),
          lost_calls: lostCalls,
          lost_refusals: lostRefusals,
        })),
        deliveries: deliveries.map(({ kind, waiting, failing, oldestSeconds }) => ({
          kind,
          waiting,
          failing,
          oldest_seconds: Math.max(0, Math.round(oldestSeconds)),
        })),
        jobs: [...deps.jobs.values()].map(({ name, everySeconds, ranAt, hasFailed }) => ({
          name,
          every_seconds: everySeconds,
          ran_at: moment(ranAt),
          failed: hasFailed,
        })),
      }
    },
  },
}
