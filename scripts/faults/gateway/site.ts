// What a gateway's fault is done to: a whole stack whose gateway counts in Redis, with a cable on each way between two of its parts.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRedis, type TestRedis } from '../../../kong-plugins/test/support/redis-server.ts'
import { writeCopy } from '../../stack/follow-config.ts'
import { freePorts } from '../../stack/ports.ts'
import { renderKong } from '../../stack/render-kong.ts'
import { startStack } from '../../stack/stack.ts'
import type { GatewayKind, Stack } from '../../stack/stack-options.ts'
import { waitUntil } from '../../stack/wait.ts'
import { type Cable, layCable } from '../../testing/cable.ts'
import { type CallBook, openCallBook } from './book.ts'
import { withLimits } from './limits.ts'

const root = join(import.meta.dirname, '..', '..', '..')
/** Beside the demo's person, so that one could be taken for another. */
export const OTHER_PERSON = 'other@example.com'

/** Ways between two parts. */
export interface Ways {
  readonly client: Cable
  /** From the gateway to the plugin server: a Unix socket. */
  readonly plugins: Cable
  /** From the plugin server to the auth server: keys, feed, usage. */
  readonly auth: Cable
  readonly redis: Cable
  readonly backend: Cable
}

/** Everything that runs. */
export interface GatewaySite {
  readonly kind: GatewayKind
  readonly stack: Stack
  readonly ways: Ways
  readonly redis: TestRedis
  readonly book: CallBook
  /** Starts a second Redis that follows the first. @returns what makes it the one to which the cable leads */
  prepareFailover(): Promise<() => Promise<void>>
  /** Gives `/mobile` another limit in kong.yml, and waits until a caller is told it. @throws {Error} when nobody is */
  changeLimit(much: number): Promise<void>
  /** What the processes logged that no outage explains. */
  readonly troubles: readonly string[]
  /** How often they logged what, such as `plugin server: Redis is away`. */
  readonly logged: ReadonlyMap<string, number>
  stop(): Promise<void>
}

/** @param cablesPlugins without it the gateway finds a plugin server that is gone as it would without cables */
export async function startGatewaySite(kind: GatewayKind, cablesPlugins = false): Promise<GatewaySite> {
  const undo: (() => unknown)[] = []
  const teardown = (ended: () => unknown): void => void undo.push(ended)
  const stop = async (): Promise<void> => {
    for (const each of undo.splice(0).reverse()) await each()
  }
  const lay = async (...places: Parameters<typeof layCable>): Promise<Cable> => {
    const cable = await layCable(...places)
    teardown(() => cable.close())
    return cable
  }
  try {
    const folder = await mkdtemp(join(tmpdir(), 'faults-'))
    teardown(() => rm(folder, { recursive: true, force: true }))
    const book = await openCallBook()
    teardown(() => book.close())
    const redis = await startRedis({ teardown })
    const ports = await freePorts()
    const gatewaySocket = join(folder, 'gateway.sock')
    const laid = {
      plugins: await lay({ path: gatewaySocket }, { path: gatewaySocket }),
      client: await lay({ port: ports.gateway }),
      auth: await lay({ port: ports.auth }),
      redis: await lay({ port: redis.port }),
      backend: await lay({ port: book.port }),
    }
    const cabled = { redis: laid.redis.port, auth: laid.auth.port, backend: laid.backend.port }
    const source = await readFile(join(root, 'kong.yml'), 'utf8')
    const logged = new Map<string, number>()
    const troubles: string[] = []
    const stack = await startStack({
      gateway: kind,
      ports,
      dataDir: join(folder, 'data'),
      durable: false,
      gatewaySocket: cablesPlugins ? gatewaySocket : undefined,
      logLevel: 'warn',
      editKongYml: (text) => withLimits(text, cabled),
      editCatalogue: (text) => text.replace('  people:\n', `  people:\n    ${OTHER_PERSON}: { name: Other }\n`),
      onLine(name, line) {
        if (isTrouble(line)) troubles.push(`${name}: ${line}`)
        if (name === 'auth server' && !line.startsWith('{')) return // mails
        const said = `${name}: ${/"msg":"([^"]*)/.exec(line)?.[1] ?? line.slice(0, 200)}`
        logged.set(said, (logged.get(said) ?? 0) + 1)
      },
    })
    teardown(() => stack.stop())
    laid.plugins.leadTo({ path: stack.pluginSocket })
    return {
      kind,
      stack,
      ways: laid,
      redis,
      book,
      async prepareFailover() {
        const replica = await startRedis({ teardown }, { args: ['--replicaof', '127.0.0.1', String(redis.port)] })
        const follows = await waitUntil(
          async () => (await replica.look.info('replication')).includes('master_link_status:up'),
          { timeoutMillis: 20_000 },
        )
        if (!follows) throw new Error('the replica does not follow')
        return async () => {
          await replica.look.call('REPLICAOF', 'NO', 'ONE')
          laid.redis.leadTo({ port: replica.port })
          laid.redis.cut()
        }
      },
      async changeLimit(much) {
        const before = book.entries.length
        await writeCopy(
          join(stack.dataDir, 'kong.yml'),
          renderKong(withLimits(source, cabled, much), stack.urls.origins),
        )
        await stack.reload()
        const isTold = (): boolean => book.entries.slice(before).some(({ limit }) => limit === String(much))
        if (!(await waitUntil(isTold, { timeoutMillis: 30_000 }))) throw new Error('an edit of kong.yml has no effect')
      },
      troubles,
      logged,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** An error that nobody caught, in a log or beside it. */
function isTrouble(line: string): boolean {
  return /"level":60|unhandled|uncaught/i.test(line)
}
