// The link to one Redis, shared by all plugins that name it: connects when first needed, gives up quickly, comes back by itself.
import { inSpan, type SpanFacts } from '@mobile-api-gateway/sdk/tracing/span.ts'
import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import { type Dialled, dial, inCluster, type RedisTarget, UnusableRedis } from './dial.ts'
import type { RedisScript } from './script.ts'
import { within } from './within.ts'

/** Redis gave no answer that can be used. Its message holds nothing that was sent. */
export class RedisAway extends Error {
  override readonly name = 'RedisAway'
}

/** A link. */
export interface RedisLink {
  /** `host:port/database`, for logs and metrics. */
  readonly name: string
  /** Whether calls are sent to Redis at present; while it is away they fail at once. */
  readonly isUp: boolean
  /** Runs that failed, since the start. */
  readonly failures: number
  /** Connects in the background, so that the first request need not wait for it. */
  warmUp(): void
  /**
   * Runs a script in one round trip (two when Redis has forgotten the script) and returns its reply, `now` first.
   * @throws {RedisAway} when Redis is away, does not answer in time or refuses
   */
  run(script: RedisScript, keys: readonly string[], args: readonly (string | number)[]): Promise<readonly number[]>
  /** The time in milliseconds by Redis' clock, as well as we know it; undefined before the first connection. */
  nowMillis(): number | undefined
  close(): void
}

/** Runs that fail in a row before nothing is sent any more until a new connection answers. */
const MAX_FAILURES = 3
/** Requests that may wait for the first connection; more fail at once. */
const MAX_WAITING = 1000
/** Pause between attempts to connect, in milliseconds: doubled each time, and varied, so that gateways do not march in step. */
const PAUSE_MILLIS = { first: 50, longest: 1000 }
/** Without any request for this long, in milliseconds, nobody tries to connect. */
const REST_AFTER_MILLIS = 60_000

/** `resting`: nobody needs it; `dialling`: the first who need it wait; `away`: nobody waits, a timer dials again. */
type State =
  | { readonly is: 'resting' }
  | { readonly is: 'dialling'; readonly arrival: Promise<Redis> }
  | { readonly is: 'up'; readonly client: Redis }
  | { readonly is: 'away' }
  | { readonly is: 'closed' }

/** Creates a link; nothing is sent before it is needed. */
export function createRedisLink(target: RedisTarget, log: Logger): RedisLink {
  const name = `${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}/${target.database}`
  let state: State = { is: 'resting' }
  let redial: NodeJS.Timeout | undefined
  let attempts = 0 // to connect, since a run last succeeded
  let failuresInARow = 0
  let failures = 0
  let waiting = 0
  let aheadMillis: number | undefined // Redis' time minus our monotonic time
  let neededAt = 0
  let told: string | undefined // what made it unusable, said once and not at every attempt

  function facts(operation: string): SpanFacts {
    const { host, port } = target
    const what = { 'db.system.name': 'redis', 'db.operation.name': operation }
    return { ...what, 'server.address': host, 'server.port': port }
  }

  function setClock(nowMillis: number): void {
    aheadMillis = nowMillis - performance.now()
  }
  function now(): number {
    return Math.floor(performance.now() + (aheadMillis ?? 0))
  }

  function connect(): Promise<Redis> {
    attempts += 1
    const onLost = (client: Redis): void => {
      if (state.is === 'up' && state.client === client) goAway(new Error('connection closed'))
    }
    const dialled = inSpan('connect to Redis', { kind: 'client', facts: () => facts('HELLO') }, () =>
      dial(target, onLost),
    )
    return dialled.then(arrive, (cause: unknown) => {
      goAway(cause)
      throw new RedisAway('cannot connect')
    })
  }

  function arrive({ client, nowMillis }: Dialled): Redis {
    if (state.is === 'closed') {
      client.disconnect()
      throw new RedisAway('closed')
    }
    setClock(nowMillis)
    failuresInARow = 0
    told = undefined
    if (state.is === 'away') log.info({ redis: name }, 'Redis answers again')
    state = { is: 'up', client }
    return client
  }

  function goAway(cause: unknown): void {
    if (state.is === 'closed') return
    if (cause instanceof UnusableRedis) {
      if (told !== cause.message) log.error({ redis: name, why: cause.message }, 'Redis cannot be used')
      told = cause.message
    } else if (state.is !== 'away') log.error({ redis: name, why: explain(cause) }, 'Redis is away')
    if (state.is === 'up') state.client.disconnect()
    state = { is: 'away' }
    const longest = Math.min(PAUSE_MILLIS.longest, PAUSE_MILLIS.first * 2 ** Math.min(attempts, 10))
    redial = setTimeout(
      () => {
        if (performance.now() - neededAt > REST_AFTER_MILLIS) state = { is: 'resting' }
        else connect().catch(() => {})
      },
      longest * (0.5 + Math.random() / 2),
    ).unref()
  }

  /** The client to send to; waits only for the very first connection. */
  function usable(): Redis | Promise<Redis> {
    neededAt = performance.now()
    if (state.is === 'up') return state.client
    if (state.is === 'resting') {
      const arrival = connect()
      arrival.catch(() => {}) // each who waits hears of it
      state = { is: 'dialling', arrival }
    }
    if (state.is !== 'dialling' || waiting >= MAX_WAITING) throw new RedisAway('away')
    waiting += 1
    return state.arrival.finally(() => {
      waiting -= 1
    })
  }

  async function attempt(
    client: Redis,
    script: RedisScript,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<readonly number[]> {
    try {
      const given = [...keys, now() + target.timeoutMillis, ...args] // the prelude's ARGV[1]: nobody waits longer
      const reply = readNumbers(await within(target.timeoutMillis, evaluate(client, script, keys.length, given)))
      failuresInARow = 0
      return reply
    } catch (error) {
      failures += 1
      // What a former connection still owes says nothing about the present one.
      const present = state.is === 'up' && state.client === client
      if (present) failuresInARow += 1
      if (present && isRedirection(error)) goAway(inCluster())
      else if (present && failuresInARow >= MAX_FAILURES) goAway(error)
      throw new RedisAway(explain(error))
    }
  }

  return {
    name,
    get isUp() {
      return state.is === 'up'
    },
    get failures() {
      return failures
    },
    nowMillis: () => (aheadMillis === undefined ? undefined : now()),
    warmUp() {
      if (state.is === 'resting') Promise.resolve(usable()).catch(() => {})
    },
    run: (script, keys, args) =>
      inSpan(script.purpose, { kind: 'client', facts: () => facts('EVALSHA') }, async () => {
        const client = await usable()
        // The second time round our idea of Redis' clock is fresh: it may have been set while nobody called.
        for (let round = 1; round <= 2; round += 1) {
          const reply = await attempt(client, script, keys, args)
          if (reply[0] !== undefined) setClock(reply[0])
          if (reply.length === 1) continue
          attempts = 0
          return reply
        }
        throw new RedisAway('too late')
      }),
    close() {
      clearTimeout(redial)
      if (state.is === 'up') state.client.disconnect()
      state = { is: 'closed' }
    },
  }
}

/** EVALSHA, and EVAL when Redis does not know the script: after a restart, a failover, SCRIPT FLUSH. */
async function evaluate(
  client: Redis,
  { lua, sha }: RedisScript,
  keyCount: number,
  given: readonly (string | number)[],
): Promise<unknown> {
  try {
    return await client.evalsha(sha, keyCount, ...given)
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
    return client.eval(lua, keyCount, ...given)
  }
}

function readNumbers(reply: unknown): readonly number[] {
  if (Array.isArray(reply) && reply.length > 0 && reply.every((item) => typeof item === 'number')) return reply
  throw new Error('unexpected reply')
}

/** What only a node of a cluster answers. */
function isRedirection(cause: unknown): boolean {
  return cause instanceof Error && /^(MOVED|ASK|CROSSSLOT|CLUSTERDOWN) /.test(cause.message)
}

/**
 * What went wrong, in words that cannot hold a password: of an error reply only its code, since ioredis hangs the command
 * with its arguments on the error, and Redis may quote them.
 */
function explain(cause: unknown): string {
  if (!(cause instanceof Error)) return 'unknown error'
  if (cause.name === 'ReplyError') return /^[A-Z]+/.exec(cause.message)?.[0] ?? 'error reply'
  if ('code' in cause && typeof cause.code === 'string') return cause.code
  return cause.message
}
