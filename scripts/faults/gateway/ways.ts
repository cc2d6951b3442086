// Faults of the ways between a gateway and its neighbours, Redis aside: each is slow, or cut in the middle.
import { withoutRedis } from '../../../kong-plugins/test/support/redis-server.ts'
import { cutOften, slowDown } from './links.ts'
import type { GatewayFault } from './run.ts'

const missing = withoutRedis || undefined

export const WAY_FAULTS: Readonly<Record<string, GatewayFault>> = {
  'plugins-cut': {
    what: 'every connection from the gateway to the plugin server is cut, thirty times, in the middle of a call',
    breaks: 'plugin server',
    cablesPlugins: true,
    prepare: async ({ ways }) => cutOften(ways.plugins),
    recoversWithinMillis: 3000,
    missing,
  },
  'plugins-slow': {
    what: 'the way from the gateway to the plugin server takes 100 ms each time, for five seconds',
    breaks: 'plugin server',
    cablesPlugins: true,
    prepare: async ({ ways }) => slowDown(ways.plugins, 100),
    recoversWithinMillis: 2000,
    losesNothing: true,
    missing,
  },
  'auth-cut': {
    what: 'every connection from the plugin server to the auth server is slow, and cut thirty times (keys, feed, usage)',
    breaks: 'auth server',
    // Slow, so that some are cut when what was asked is done already, and the answer is on its way.
    prepare:
      async ({ ways: { auth } }) =>
      async () => {
        auth.slow(100)
        await cutOften(auth, 180)()
        auth.slow(0)
      },
    recoversWithinMillis: 2000,
    losesNothing: true,
    missing,
  },
  'auth-slow': {
    what: 'the way from the plugin server to the auth server takes 400 ms each time, for five seconds',
    breaks: 'way to the auth server',
    prepare: async ({ ways }) => slowDown(ways.auth, 400),
    recoversWithinMillis: 2000,
    losesNothing: true,
    missing,
  },
  'backend-cut': {
    what: 'every connection from the gateway to the backend is cut, thirty times, in the middle of a call',
    breaks: 'backend',
    prepare: async ({ ways }) => cutOften(ways.backend),
    recoversWithinMillis: 2000,
    missing,
  },
  'backend-slow': {
    what: 'the way from the gateway to the backend takes 400 ms each time, for five seconds',
    breaks: 'backend',
    prepare: async ({ ways }) => slowDown(ways.backend, 400),
    recoversWithinMillis: 2000,
    losesNothing: true,
    missing,
  },
  'client-cut': {
    what: 'every connection of a phone to the gateway is cut, thirty times, in the middle of a call',
    breaks: 'client',
    prepare: async ({ ways }) => cutOften(ways.client),
    recoversWithinMillis: 2000,
    missing,
  },
  'client-slow': {
    what: 'the way of a phone to the gateway takes 400 ms each time, for five seconds',
    breaks: 'client',
    prepare: async ({ ways }) => slowDown(ways.client, 400),
    recoversWithinMillis: 2000,
    losesNothing: true,
    missing,
  },
}
