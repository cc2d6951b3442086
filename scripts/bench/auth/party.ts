// Two authorization servers that are asked the same things, and what they are asked about.
import type { ManagedProcess } from '../../stack/processes.ts'
import type { HttpCaller } from './http.ts'

/** The one client, confidential, with a claimed https redirect, so that a session alone gives a code. */
export const CLIENT = {
  id: 'bench-client',
  secret: 'a-secret-of-the-benchmark-0123456789',
  redirectUri: 'https://app.example.com/callback',
} as const

/** The one account. */
export const PERSON = { email: 'bench@example.com', password: 'a long enough passphrase' } as const

/** An app whose devices have tokens without a login. */
export const DEVICE_CLIENT = { id: 'bench-device', redirectUri: 'com.example.bench:/callback' } as const

/** The one API; tokens for it are signed (ES256) and live ten minutes. */
export const API = { id: 'bench-api', resource: 'https://api.example.com/bench', scope: 'orders:read' } as const

/** A server under measurement. */
export interface BenchParty {
  readonly name: 'ours' | 'oidc-provider'
  readonly origin: string
  readonly process: ManagedProcess
  /** Name of its database. */
  readonly database: string
  /** Gives a caller a browser session that has allowed the client everything. */
  signIn(caller: HttpCaller): Promise<void>
}
