// What `npm start` and `npm run demo` read from the environment, in one place, so that both mean the same stack.
import { join } from 'node:path'
import { type Ports, readPorts } from './ports.ts'

/** The stack that the environment describes. */
export interface StackEnvironment {
  readonly ports: Ports
  readonly dataDir: string
  /** undefined: the embedded PostgreSQL */
  readonly databaseUrl: string | undefined
  /** The variables that were set, as one writes them before a command, e.g. `AUTH_PORT=4001 `; empty for none. */
  readonly prefix: string
}

const VARIABLES = ['AUTH_PORT', 'API_PORT', 'GATEWAY_PORT', 'DATA_DIR'] as const

/** Reads `AUTH_PORT`, `API_PORT`, `GATEWAY_PORT`, `DATA_DIR` and `DATABASE_URL`. @throws {PortProblem} */
export function readStackEnvironment(env: NodeJS.ProcessEnv): StackEnvironment {
  const set = VARIABLES.filter((name) => (env[name] ?? '') !== '')
  return {
    ports: readPorts(env),
    dataDir: env.DATA_DIR || join(import.meta.dirname, '..', '..', '.data'),
    databaseUrl: env.DATABASE_URL || undefined,
    prefix: set.map((name) => `${name}=${env[name]} `).join(''),
  }
}
