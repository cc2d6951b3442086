// One connection to Redis, made and proven usable: ioredis without its own ideas of queues, retries and repeats.
import { Redis } from 'ioredis'
import { within } from './within.ts'

/** Where a Redis is and how it wants to be spoken to. `password` is never logged. */
export interface RedisTarget {
  readonly host: string
  readonly port: number
  readonly username: string | undefined
  readonly password: string | undefined
  readonly database: number
  readonly ssl: boolean
  readonly sslVerify: boolean
  readonly serverName: string | undefined
  readonly timeoutMillis: number
}

/** Longest wait for a connection that answers, in milliseconds: well below the deadline of a request. */
export const DIAL_WITHIN_MILLIS = 1000

/** This Redis answers, and still cannot be used, however often it is asked. Its message is for whoever configures it. */
export class UnusableRedis extends Error {
  override readonly name = 'UnusableRedis'
}

/** A script may touch the keys of one slot only, and we do not follow a cluster's redirections. */
export function inCluster() {
  return new UnusableRedis(
    'this is a node of a Redis Cluster, which is not supported: name a Redis that is not in cluster mode (redis-server without cluster-enabled)',
  )
}

/** A connection that has just answered. */
export interface Dialled {
  readonly client: Redis
  /** What Redis took the time to be, in milliseconds since 1970. */
  readonly nowMillis: number
}

/**
 * Connects, signs in, chooses the database and asks for the time.
 * @param onLost called once, when the connection ends later on
 * @throws {Error} when that takes too long or Redis refuses any of it
 */
export async function dial(target: RedisTarget, onLost: (client: Redis) => void): Promise<Dialled> {
  const { host, port, username, password, ssl } = target
  const client = new Redis({
    host,
    port,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(ssl ? { tls: tlsOptions(target) } : {}),
    protocol: 2,
    lazyConnect: true,
    disableClientInfo: true,
    connectTimeout: DIAL_WITHIN_MILLIS,
    disconnectTimeout: 20, // a Redis that hangs never closes its side
    enableReadyCheck: false, // asking for the time shows more
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false, // a repeat would count twice
    retryStrategy: () => null, // the link dials anew
  })
  let cause: unknown
  client.on('error', (error) => {
    cause = error
  })
  try {
    const nowMillis = await within(DIAL_WITHIN_MILLIS, greet(client, target))
    client.once('close', () => onLost(client))
    return { client, nowMillis }
  } catch (error) {
    client.disconnect()
    throw cause ?? error
  }
}

async function greet(client: Redis, { database, timeoutMillis }: RedisTarget): Promise<number> {
  await client.connect()
  if (database !== 0) await client.select(database)
  // HELLO is every user's, whatever the ACL; before Redis 6 there is none, and a cluster shows with its first MOVED.
  const mode = client.call('HELLO').then(readMode, () => undefined)
  const [seconds, microseconds] = await within(timeoutMillis, client.time()) // as quick as every answer must be
  if ((await within(timeoutMillis, mode)) === 'cluster') throw inCluster()
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000)
}

/** RESP2: names and values in turn. */
function readMode(reply: unknown): unknown {
  return Array.isArray(reply) ? reply[reply.indexOf('mode') + 1] : undefined
}

function tlsOptions({ host, serverName, sslVerify }: RedisTarget) {
  const name = serverName ?? (/:|^[\d.]+$/.test(host) ? undefined : host) // an address is no server name (RFC 6066 §3)
  return { rejectUnauthorized: sslVerify, ...(name === undefined ? {} : { servername: name }) }
}
