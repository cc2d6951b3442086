// Clients as they were read within the last second, for as long as a change of them would have been heard.
import { listenForChanges, TRUSTED_MILLIS } from './announcements.ts'
import type { Db } from './database.ts'
import { type Client, findClient } from './queries/clients.ts'
import type { CountedKey } from './tables/attempts.ts'

/** The channel on which the tables that `findClient` reads announce each change (migrations 0069 and 0076). */
const CATALOGUE_CHANGES = 'catalogue'
const MAX_CLIENTS = 1000

/** Without what is known of one caller, which is nobody else's. */
export type KeptClient = Client & Readonly<{ waitSeconds: 0 }>

export interface Clients {
  /** A client, as it is or was a moment ago. `readAt` is the time of this call. */
  find(clientId: string): Promise<Client | undefined>
  /** A client that is remembered. Nothing is said of who asks. */
  kept(clientId: string): KeptClient | undefined
  /** A client as it is, with what is known of whoever asks. */
  read(clientId: string, guessKeys: readonly CountedKey[]): Promise<Client | undefined>
  /** Forgets what this process has just changed, so that it does not wait to hear of it. @param clientId all of them without it */
  forget(clientId?: string): void
  close(): Promise<void>
}

/** Remembers nothing: behind a pooler that gives no connection to listen on. */
export function readClients(db: Db): Clients {
  return {
    find: (clientId) => findClient(db, clientId),
    kept: () => undefined,
    read: (clientId, guessKeys) => findClient(db, clientId, guessKeys),
    forget() {},
    async close() {},
  }
}

/** @param onError is told why nothing can be remembered for the moment */
export function keepClients(db: Db, url: string, onError: (error: Error) => void): Clients {
  const kept = new Map<string, Readonly<{ client: KeptClient; readAt: number }>>()
  // What was read before something changed, and arrives after it, is not kept.
  let changes = 0
  function forget(clientId?: string): void {
    changes++
    if (clientId === undefined) kept.clear()
    else kept.delete(clientId)
  }
  const announcements = listenForChanges(url, { channel: CATALOGUE_CHANGES, changed: () => forget(), onError })

  function findKept(clientId: string): KeptClient | undefined {
    const now = announcements.now()
    const found = kept.get(clientId)
    if (!found || now === undefined || performance.now() - found.readAt > TRUSTED_MILLIS) return undefined
    // Time never comes from what is remembered.
    return { ...found.client, readAt: Math.floor(now) }
  }

  async function read(clientId: string, guessKeys: readonly CountedKey[] = []): Promise<Client | undefined> {
    const before = changes
    const readAt = performance.now()
    const client = await findClient(db, clientId, guessKeys)
    if (client && before === changes) {
      const [oldest] = kept.keys()
      if (kept.size >= MAX_CLIENTS && oldest !== undefined) kept.delete(oldest)
      kept.delete(clientId)
      kept.set(clientId, { client: { ...client, waitSeconds: 0 }, readAt })
    }
    return client
  }

  return {
    find: async (clientId) => findKept(clientId) ?? (await read(clientId)),
    kept: findKept,
    read,
    forget,
    close: () => announcements.close(),
  }
}
