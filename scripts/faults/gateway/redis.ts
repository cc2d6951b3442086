// Faults of the Redis in which gateways count, and of the way to it.
import { setTimeout as sleep } from 'node:timers/promises'
import { withoutRedis } from '../../../kong-plugins/test/support/redis-server.ts'
import { cutOften, slowDown } from './links.ts'
import type { GatewayFault } from './run.ts'

const missing = withoutRedis || undefined

export const REDIS_FAULTS: Readonly<Record<string, GatewayFault>> = {
  'redis-restart': {
    what: 'Redis is killed, and comes back empty a second later',
    breaks: 'redis',
    prepare:
      async ({ redis }) =>
      async () => {
        await redis.kill()
        await sleep(1000)
        await redis.restart()
      },
    recoversWithinMillis: 3000,
    missing,
  },
  'redis-pause': {
    what: 'Redis stands still for ten seconds',
    breaks: 'redis',
    prepare:
      async ({ redis }) =>
      async () => {
        redis.hang()
        await sleep(10_000)
        redis.goOn()
      },
    recoversWithinMillis: 3000,
    missing,
  },
  'redis-failover': {
    what: 'Redis is killed for good, and its replica, which follows as it can, takes over',
    breaks: 'redis',
    async prepare(site) {
      const takeOver = await site.prepareFailover()
      return async () => {
        await site.redis.kill()
        await takeOver()
      }
    },
    recoversWithinMillis: 3000,
    missing,
  },
  'redis-cut': {
    what: 'every connection to Redis is cut, thirty times, in the middle of what it does',
    breaks: 'redis',
    prepare: async ({ ways }) => cutOften(ways.redis),
    recoversWithinMillis: 3000,
    missing,
  },
  'redis-slow': {
    what: 'the way to Redis takes 400 ms each time, for five seconds',
    breaks: 'redis',
    prepare: async ({ ways }) => slowDown(ways.redis, 400),
    recoversWithinMillis: 2000,
    losesNothing: true,
    missing,
  },
}
