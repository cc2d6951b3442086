// One link per Redis for the whole process, whatever number of plugin instances and workers name it.
import type { Logger } from 'pino'
import type { RedisTarget } from './dial.ts'
import { createRedisLink, type RedisLink } from './link.ts'

/** Gives the link to a Redis, always the same one. */
export interface RedisLinks {
  at(target: RedisTarget): RedisLink
  /** All links so far. */
  all(): readonly RedisLink[]
  /** Ends the connections. */
  close(): void
}

/** Creates the register. */
export function createRedisLinks(log: Logger): RedisLinks {
  const links = new Map<string, RedisLink>()
  return {
    at({ host, port, username, password, database, ssl, ssl_verify, server_name, timeout_ms }) {
      const target = { host, port, username, password, database, ssl, ssl_verify, server_name, timeout_ms }
      const key = JSON.stringify(target)
      const known = links.get(key)
      if (known) return known
      const link = createRedisLink(target, log)
      links.set(key, link)
      return link
    },
    all: () => [...links.values()],
    close() {
      for (const link of links.values()) link.close()
    },
  }
}
