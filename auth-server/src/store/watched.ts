// Connections that end when their server falls silent while somebody waits for it.
import { Socket } from 'node:net'
import pg from 'pg'

/**
 * PostgreSQL ends a statement by itself when its time is up. A socket that stays silent longer has lost its server (a
 * network that swallows packets says nothing), and TCP would take a quarter of an hour to notice. Nobody waits for one that
 * is idle in a pool.
 */
export class WatchedClient extends pg.Client {
  readonly #socket: Socket

  constructor(config: pg.ClientConfig = {}) {
    const socket = new Socket()
    // Of an encrypted connection it is the one below, whose timer goes by what passes above.
    super({ ...config, stream: () => socket })
    this.#socket = socket.on('timeout', () => socket.destroy())
    // pg leaves one open at which it cannot sign in, without a password for example: PostgreSQL waits a minute for it.
    this.connection.on('error', () => socket.destroy())
  }

  /** @param millis of silence that end it; 0: none */
  watch(millis: number): void {
    this.#socket.setTimeout(millis)
  }
}

/** Watches each client of a pool for as long as it is used. @param millis of silence; 0: not at all */
export function watchUsed(pool: pg.Pool, millis: number): void {
  pool.on('acquire', (client) => watch(client, millis))
  pool.on('release', (_error, client) => watch(client, 0))
}

export function watch(client: pg.ClientBase, millis: number): void {
  if (client instanceof WatchedClient) client.watch(millis)
}
