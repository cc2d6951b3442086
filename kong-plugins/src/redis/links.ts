// One link per Redis for the whole process, whatever number of plugin instances and workers name it.
import type { Logger } from 'pino'
import type { RedisTarget } from './dial.ts'
import { createRedisLink, type RedisLink } from './link.ts'

/** Gives the link to a Redis, always the same one. */
export interface RedisLinks {
  /** `needed`: while it is away, calls are refused. */
  at(target: RedisTarget, needed?: boolean): RedisLink
  /** All links so far. */
  all(): readonly RedisLink[]
  /** Those without which calls are refused. */
  needed(): readonly RedisLink[]
  /** Ends the connections. */
  close(): void
}

/** Creates the register. */
export function createRedisLinks(log: Logger): RedisLinks {
  const links = new Map<string, RedisLink>()
  const needed = new Set<RedisLink>()
  return {
    at({ host, port, username, password, database, ssl, ssl_verify, server_name, timeout_ms }, isNeeded = false) {
      // An IPv6 address may come in brackets, as it stands in a URL.
      const target = {
        host: host.replace(/^\[(.*)\]$/, '$1'),
        port,
        username,
        password,
        database,
        ssl,
        ssl_verify,
        server_name,
        timeout_ms,
      }
      const key = JSON.stringify(target)
      const link = links.get(key) ?? createRedisLink(target, log)
      links.set(key, link)
      if (isNeeded) needed.add(link)
      return link
    },
    all: () => [...links.values()],
    needed: () => [...needed],
    close() {
      for (const link of links.values()) link.close()
    },
  }
}
