// The kong.yml of these faults: the project's, with everything counted in Redis, and two more paths whose limits can be reached.
import { parse, stringify } from 'yaml'

/** Of a user in a day, at the paths `/limited` and `/alone`: more than are called before all works again. */
export const LIMIT = 600

/** Of a user in a minute, at `/mobile`: more than anybody calls. */
export const MUCH = 1_000_000

/** Where a cable leads to each of them. */
export interface CabledPorts {
  readonly redis: number
  readonly auth: number
  readonly backend: number
}

interface Plugin {
  readonly name: string
  readonly config: Readonly<Record<string, unknown>>
}
interface Service {
  readonly name: string
  readonly plugins: readonly Plugin[]
}

/**
 * `/mobile` has a limit that nobody reaches; `/limited` refuses while Redis is away (`fail: closed`), and `/alone` goes on
 * (`fail: local`).
 */
export function withLimits(source: string, { redis, auth, backend }: CabledPorts, much = MUCH): string {
  const here = source
    .replaceAll('http://auth-server:4000', `http://127.0.0.1:${auth}`)
    .replaceAll('http://mobile-api:3000', `http://127.0.0.1:${backend}`)
  const document: { services: readonly Service[] } = parse(here)
  const [mobile] = document.services
  if (!mobile) throw new Error('kong.yml has no service')
  const counted = (name: string, path: string, basic: object, fail: string): object => ({
    ...mobile,
    name,
    routes: [{ name, paths: [path], strip_path: true, protocols: ['http', 'https'] }],
    plugins: mobile.plugins.map((plugin) => {
      if (plugin.name !== 'mobile-gateway') return plugin
      const more = {
        policy: name,
        plans: { basic },
        counters: 'redis',
        fail,
        // However busy this machine is: a Redis that is there answers within a second.
        redis: { host: '127.0.0.1', port: redis, timeout_ms: 1000 },
      }
      return { ...plugin, config: { ...plugin.config, ...more } }
    }),
  })
  return stringify({
    ...document,
    services: [
      counted(mobile.name, '/mobile', { minute: much }, 'closed'),
      counted('limited', '/limited', { day: LIMIT }, 'closed'),
      counted('alone', '/alone', { day: LIMIT }, 'local'),
    ],
  })
}
