// Faults of the processes of a gateway: killed, standing still, reloaded, and the auth server killed behind them.
import { setTimeout as sleep } from 'node:timers/promises'
import { withoutRedis } from '../../../kong-plugins/test/support/redis-server.ts'
import type { ManagedProcess } from '../../stack/processes.ts'
import { MUCH } from './limits.ts'
import type { GatewayFault } from './run.ts'

const missing = withoutRedis || undefined

/** Again and again, and started as its supervisor does. */
function killOften(victim: ManagedProcess, times: number) {
  return async (): Promise<void> => {
    for (let time = 0; time < times; time += 1) {
      await victim.kill()
      await victim.start()
      await sleep(300)
    }
  }
}

export const PROCESS_FAULTS: Readonly<Record<string, GatewayFault>> = {
  'plugins-killed': {
    what: 'the plugin server is killed twenty times and started again',
    breaks: 'plugin server',
    prepare: async ({ stack }) => killOften(stack.processes.plugins, 20),
    recoversWithinMillis: 4000,
    forgets: true,
    missing,
  },
  'plugins-pause': {
    what: 'the plugin server stands still for ten seconds',
    breaks: 'plugin server',
    prepare:
      async ({ stack }) =>
      async () => {
        stack.processes.plugins.signal('SIGSTOP')
        await sleep(10_000)
        stack.processes.plugins.signal('SIGCONT')
      },
    recoversWithinMillis: 4000,
    missing,
  },
  'gateway-killed': {
    what: 'the gateway is killed five times and started again',
    breaks: 'gateway',
    prepare: async ({ stack }) => killOften(stack.processes.gateway, 5),
    recoversWithinMillis: 4000,
    missing,
  },
  'gateway-reloaded': {
    what: 'kong.yml is edited, and the gateway reads it anew, eight times',
    breaks: 'gateway',
    prepare: async (site) => async () => {
      for (let time = 1; time <= 8; time += 1) await site.changeLimit(MUCH + time)
    },
    recoversWithinMillis: 2000,
    losesNothing: true,
    missing,
  },
  'auth-killed': {
    what: 'the auth server is killed five times and started again; tokens are good meanwhile',
    breaks: 'auth server',
    prepare: async ({ stack }) => killOften(stack.processes.auth, 5),
    recoversWithinMillis: 2000,
    losesNothing: true,
    missing,
  },
}
