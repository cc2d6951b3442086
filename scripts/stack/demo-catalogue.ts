// Takes catalogue.yml into the database of a stack: the import that anybody can run, and beside it the accounts of `development`.
import { readFile } from 'node:fs/promises'
import { BY_COMMAND } from '@mobile-api-gateway/auth-server/audit/context.ts'
import { besideFile } from '@mobile-api-gateway/auth-server/catalogue/file/beside.ts'
import {
  ImportRefused,
  type ImportReport,
  importCatalogue,
} from '@mobile-api-gateway/auth-server/catalogue/file/import.ts'
import { formatYamlProblem, readCatalogueFile } from '@mobile-api-gateway/auth-server/catalogue/file/read.ts'
import { withDatabase } from '@mobile-api-gateway/auth-server/commands/database-command.ts'
import { registerGateway } from '@mobile-api-gateway/auth-server/commands/gateway-client.ts'
import type { Origins } from '@mobile-api-gateway/auth-server/config/yaml-origins.ts'
import { isLoopbackHost } from '@mobile-api-gateway/auth-server/http/outbound/public-address.ts'
import { createAccount, ensurePassword } from '@mobile-api-gateway/auth-server/identity/local-account.ts'
import { DEMO } from '../demo/known.ts'

/** What taking it in depends on. */
export interface DemoCatalogueOptions {
  /** As messages name it. */
  readonly file: string
  /** Its text, with the addresses of this machine. */
  readonly text: string
  /** To which the addresses in the files that it names are moved. */
  readonly origins?: Origins
  readonly databaseUrl: string
  /** Of the auth server. */
  readonly issuer: string
  readonly passwordPepper: string
  readonly gatewayClientSecret: string
  /** Of the accounts of `development`, from now on; the one of the README unless told. */
  readonly password?: string
}

/** A password that everybody knows is good for a server where nobody else comes: on this machine. */
function requireThisMachine(issuer: string): void {
  const { protocol, hostname } = new URL(issuer)
  if (protocol !== 'http:' || !isLoopbackHost(hostname))
    throw new Error(`The demo's password is for this machine alone, and ISSUER is ${issuer}.`)
}

/**
 * Imports the file, registers the gateway, and makes the accounts that are not there yet; an import that fails leaves nothing behind.
 * @throws {Error} with every mistake of the file, a line each; nothing has changed then
 */
export async function takeCatalogue(options: DemoCatalogueOptions): Promise<ImportReport> {
  const {
    file,
    text,
    databaseUrl,
    issuer,
    passwordPepper,
    gatewayClientSecret,
    password = DEMO.password,
    origins,
  } = options
  if (password === DEMO.password) requireThisMachine(issuer)
  const catalogue = await readCatalogueFile(text, process.env, besideFile(file, origins))
  if (!('apis' in catalogue)) throw new Error(catalogue.map((problem) => formatYamlProblem(file, problem)).join('\n'))
  try {
    return await withDatabase(databaseUrl, async (db) => {
      const report = await importCatalogue(db, catalogue, { issuer, context: BY_COMMAND, takeOver: true })
      await db.transaction().execute(async (trx) => {
        await registerGateway(trx, issuer, { clientId: DEMO.gatewayClientId, clientSecret: gatewayClientSecret })
        for (const { email, name } of catalogue.developmentPeople) {
          const account = { email, password, ...(name !== undefined && { name }) }
          const isNew = (await createAccount(trx, passwordPepper, account)) !== undefined
          if (!isNew) await ensurePassword(trx, passwordPepper, account)
        }
      })
      return report
    })
  } catch (error) {
    if (!(error instanceof ImportRefused)) throw error
    throw new Error(error.problems.map((problem) => formatYamlProblem(file, problem)).join('\n'), { cause: error })
  }
}

/** The same for a file on disk, as it is. */
export async function takeCatalogueFile(options: Omit<DemoCatalogueOptions, 'text'>): Promise<ImportReport> {
  return takeCatalogue({ ...options, text: await readFile(options.file, 'utf8') })
}
