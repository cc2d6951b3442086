// How commands reach the management API: over the network as a machine client, or in this process as the operator.
import { UsageError } from '@mobile-api-gateway/sdk/command-line.ts'
import {
  createManagementClient,
  type ManagementClient,
  ManagementError,
} from '@mobile-api-gateway/sdk/management/index.ts'
import { type Config, ConfigError, readConfig } from '../../config.ts'
import { readHooks } from '../../delivery/hooks/configure.ts'
import { type Hooks, NO_HOOKS } from '../../delivery/hooks/hooks.ts'
import { type Deps, openDeps } from '../../deps.ts'
import { OPERATOR } from '../../identity/administration/authority.ts'
import { answerInProcess } from '../../management/in-process.ts'
import { allSettings } from '../command-settings.ts'
import { withDatabase } from '../database-command.ts'

/** What a command works with. */
export interface ManagementConnection {
  readonly client: ManagementClient
  readonly issuer: string
  /** The server's insides, where the command runs beside it as the operator. */
  readonly deps: Deps | undefined
}

/** MANAGEMENT_URL is the auth server's address; without it DATABASE_URL, or a running `npm start`, says where. */
export async function withManagement<T>(work: (connection: ManagementConnection) => Promise<T>): Promise<T> {
  const issuer = process.env.MANAGEMENT_URL
  if (issuer) return work({ client: overNetwork(issuer), issuer, deps: undefined })
  const config = readOperatorConfig()
  return withDatabase(config.databaseUrl, async (db) => {
    const deps = await openDeps(config, db, { hooks: await knownHooks(config) })
    let behind: unknown
    const send = answerInProcess(deps, { authority: OPERATOR }, (cause) => {
      behind = cause
    })
    const client = createManagementClient({ issuer: config.issuer, credentials: 'none', fetch: send })
    try {
      return await work({ client, issuer: config.issuer, deps })
    } catch (error) {
      // Here sits the operator, who is told what a caller from elsewhere is not.
      throw error instanceof ManagementError && error.status === 500 ? (behind ?? error) : error
    }
  })
}

/** Those whose secrets are in this environment, too; where one's is not, none: the server knows them all. */
async function knownHooks(config: Config): Promise<Hooks> {
  try {
    return await readHooks(config, allSettings())
  } catch (error) {
    if (error instanceof ConfigError) return NO_HOOKS
    throw error
  }
}

function overNetwork(issuer: string): ManagementClient {
  const { MANAGEMENT_CLIENT_ID: clientId, MANAGEMENT_CLIENT_SECRET: clientSecret } = process.env
  if (!clientId || !clientSecret)
    throw new UsageError('With MANAGEMENT_URL, set MANAGEMENT_CLIENT_ID and MANAGEMENT_CLIENT_SECRET.')
  if (!URL.canParse(issuer)) throw new UsageError('MANAGEMENT_URL is the address of the auth server.')
  return createManagementClient({ issuer, credentials: { clientId, clientSecret } })
}

function readOperatorConfig(): Config {
  try {
    return readConfig(allSettings())
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    throw new UsageError(
      `Nothing runs here by npm start, and the environment is not that of an auth server:\n${error.message}\nOr set MANAGEMENT_URL, MANAGEMENT_CLIENT_ID and MANAGEMENT_CLIENT_SECRET.`,
    )
  }
}
