// One link per Redis for the whole process, whatever number of configurations and workers name it.
import type { Logger } from 'pino'
import { createShared, FOREVER, type Holder } from '../holder.ts'
import type { RedisTarget } from './dial.ts'
import { createRedisLink, type RedisLink } from './link.ts'

/** Gives the link to a Redis, always the same one. */
export interface RedisLinks {
  /**
   * @param holder who uses it; when all who do have gone, it is closed
   * @param isNeeded whether calls are refused while it is away
   */
  at(target: RedisTarget, holder?: Holder, isNeeded?: boolean): RedisLink
  /** All links in use. */
  all(): readonly RedisLink[]
  /** Those without which calls are refused, by configurations that no newer one has replaced. */
  needed(): readonly RedisLink[]
  /** Ends the connections. */
  close(): void
}

/** Creates the register. */
export function createRedisLinks(log: Logger): RedisLinks {
  const links = createShared<RedisLink>((link) => link.close())
  const needed = createShared<RedisLink>(() => {})
  return {
    at(target, holder = FOREVER, isNeeded = false) {
      const name = JSON.stringify(target)
      const link = links.hold(name, holder, () => createRedisLink(target, log))
      return isNeeded ? needed.hold(name, holder, () => link) : link
    },
    all: links.all,
    needed: needed.current,
    close: links.close,
  }
}
