// What a stack is: the options to start one with, and what a running one offers.
import type { Pooler } from '@mobile-api-gateway/auth-server/config/settings.ts'
import type { Ports } from './ports.ts'
import type { ManagedProcess, ProcessEvents } from './processes.ts'
import type { PublicUrls } from './public-urls.ts'
import type { SupervisionOptions } from './supervise.ts'
import type { StackUrls } from './urls.ts'

/** Which gateway carries the requests. */
export type GatewayKind = 'kong' | 'embedded'

/** What to start, and where. */
export interface StackOptions {
  readonly gateway: GatewayKind
  readonly ports: Ports
  /** Where phones elsewhere reach it. It is then no place for a developer's helps: it runs as in production. */
  readonly publicUrls?: PublicUrls | undefined
  /** Variables to write before a command that is for this stack, for the page at `/`. */
  readonly commandPrefix?: string
  /** Holds `secrets.json`, the rendered `kong.yml` and, without `databaseUrl`, the database. */
  readonly dataDir: string
  /** An existing PostgreSQL database; none: an embedded PostgreSQL in the data folder. */
  readonly databaseUrl?: string | undefined
  /** What stands before it: the auth server's DATABASE_POOLER. */
  readonly databasePooler?: Pooler
  /** false gives up crash safety of the embedded PostgreSQL for speed: for tests. Default true. */
  readonly durable?: boolean
  /** The kong.yml to render. Default: the project's. */
  readonly kongYml?: string
  /** The catalogue to import. Default: CATALOGUE_FILE, or the project's. */
  readonly catalogueYml?: string
  /** Changes the text of the catalogue before it is imported and the server reads it, e.g. to add a provider. */
  readonly editCatalogue?: (source: string) => string
  /** Told of each edit of kong.yml and the catalogue while the stack runs; edits are followed only where this is given. */
  readonly onConfigEdit?: (line: string) => void
  /** Where the gateway finds the plugin server, if that is not the server's own socket: a cable to it. */
  readonly gatewaySocket?: string | undefined
  /** Changes the text of kong.yml before it is rendered, e.g. to try a tighter limit. */
  readonly editKongYml?: (source: string) => string
  /** Level of the servers' logs. Default `warn`, of the auth server, whose lines tell each step, `info`. */
  readonly logLevel?: string
  /** What the stack does, one short line per step. */
  readonly onProgress?: (line: string) => void
  /** Each line a process prints. */
  readonly onLine?: ProcessEvents['onLine']
  /** Has parts that die started again; without it the others go on, until `stop` is called. */
  readonly supervision?: SupervisionOptions
  /** Ends the start before its next step; what had been started is stopped again. */
  readonly signal?: AbortSignal
}

/** The processes, in the order in which they are started. */
export interface StackProcesses {
  readonly api: ManagedProcess
  readonly plugins: ManagedProcess
  readonly auth: ManagedProcess
  readonly gateway: ManagedProcess
}

/** A running stack. */
export interface Stack {
  readonly urls: StackUrls
  /** Of the demo's person. */
  readonly demoPassword: string
  readonly databaseUrl: string
  readonly dataDir: string
  /** The plugin server's unix socket. */
  readonly pluginSocket: string
  readonly processes: StackProcesses
  /** Has the gateway read its kong.yml (that of `dataDir`) anew, where it does not notice by itself. */
  reload(): Promise<void>
  /** Stops everything in reverse order; calling it again waits for the same end. */
  stop(): Promise<void>
}
