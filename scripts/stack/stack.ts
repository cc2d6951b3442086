// Database, auth server, demo API, plugin server and gateway on one machine, started and stopped in order.
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { moveCatalogue } from '@mobile-api-gateway/auth-server/config/yaml-origins.ts'
import { DEMO } from '../demo/known.ts'
import { LockHeld, takeLock } from '../process-lock.mjs'
import { leaveCommandSettings } from './command-settings.ts'
import { takeCatalogue } from './demo-catalogue.ts'
import { describeProcesses } from './describe-processes.ts'
import { followCatalogue } from './follow-catalogue.ts'
import { followKongYml, writeCopy } from './follow-config.ts'
import { requireFree } from './ports.ts'
import { DataFolderInUse } from './postgres.ts'
import type { ManagedProcess, ProcessEnd } from './processes.ts'
import { renderKong } from './render-kong.ts'
import { loadSecrets } from './secrets.ts'
import type { Stack, StackOptions } from './stack-options.ts'
import { type Part, supervise } from './supervise.ts'
import { superviseDatabase } from './supervised-postgres.ts'
import { stackUrls } from './urls.ts'

const root = join(import.meta.dirname, '..', '..')

/**
 * Starts the stack and imports the catalogue. When any part fails, or `signal` ends it, what had been started is stopped
 * again.
 * @throws {PortProblem}, DataFolderInUse, or an Error with the last words of the process that failed
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const steps: (() => Promise<void>)[] = []
  let stopped: Promise<void> | undefined
  const stop = (): Promise<void> => {
    stopped ??= (async () => {
      for (const undo of steps.splice(0).reverse()) await undo()
    })()
    return stopped
  }
  try {
    const onStop = (undo: () => Promise<void>): void => {
      steps.push(undo)
      options.signal?.throwIfAborted()
    }
    return { ...(await start(options, onStop)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function start(options: StackOptions, onStop: (undo: () => Promise<void>) => void): Promise<Omit<Stack, 'stop'>> {
  const progress = options.onProgress ?? (() => {})
  const urls = stackUrls(options.ports, options.publicUrls)
  // A password that stands in a README opens nothing where strangers can try it.
  const demoPassword = options.publicUrls ? randomBytes(15).toString('base64url') : DEMO.password
  const dataDir = resolve(options.dataDir)
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const release = lockDataFolder(dataDir)
  onStop(async () => release())
  await requireFree(options.ports)
  // sockets need short paths, and only we may reach the plugin server's
  const runtimeDir = await mkdtemp(join(tmpdir(), 'mobile-gateway-'))
  onStop(() => rm(runtimeDir, { recursive: true, force: true }))
  const pluginSocket = join(runtimeDir, 'plugins.sock')
  const secrets = await loadSecrets(join(dataDir, 'secrets.json'))
  const configPath = join(dataDir, 'kong.yml')
  const render = (source: string): string => renderKong(options.editKongYml?.(source) ?? source, urls.origins)
  const kongYml = options.kongYml ?? join(root, 'kong.yml')
  const kongYmlText = await readFile(kongYml, 'utf8')
  await writeCopy(configPath, render(kongYmlText))
  const catalogueYml =
    options.catalogueYml ?? (process.env.CATALOGUE_FILE || join(root, 'auth-server', 'catalogue.yml'))
  const catalogueText = await readFile(catalogueYml, 'utf8')
  const catalogueCopy = join(dataDir, 'catalogue.yml')
  const renderCatalogue = (source: string): string =>
    moveCatalogue(options.editCatalogue?.(source) ?? source, urls.origins)
  await writeCopy(catalogueCopy, renderCatalogue(catalogueText))

  const supervisor = options.supervision && supervise(options.supervision)
  const died = (part: Part, end: ProcessEnd): void => supervisor?.died(part, end)
  const databaseUrl = options.databaseUrl ?? (await superviseDatabase(options, dataDir, died, onStop))
  if (options.databaseUrl === undefined) progress('PostgreSQL is up')

  const { processes, reload } = await describeProcesses({
    options,
    died,
    urls,
    databaseUrl,
    secrets,
    pluginSocket,
    configPath,
    cataloguePath: catalogueCopy,
    runtimeDir,
  })
  const known = {
    ...secrets,
    DATABASE_URL: databaseUrl,
    ISSUER: urls.issuer,
    GATEWAY: urls.gateway,
    DEMO_PASSWORD: demoPassword,
    CATALOGUE_FILE: catalogueCopy,
    // An import reads the file itself, as following it does: the copy is only what was right last.
    CATALOGUE_SOURCE: resolve(catalogueYml),
    CATALOGUE_ORIGINS: JSON.stringify(urls.origins),
  }
  onStop(await leaveCommandSettings(dataDir, known))
  const launch = async (managed: ManagedProcess): Promise<void> => {
    onStop(() => managed.stop())
    await managed.start()
    progress(`the ${managed.name} is up`)
  }
  // Stopped in reverse: as it ends, the plugin server tells the auth server what it counted last.
  await settleAll([launch(processes.api), launch(processes.auth), launch(processes.plugins)])
  const catalogue = {
    file: catalogueYml,
    databaseUrl,
    issuer: urls.issuer,
    passwordPepper: secrets.PASSWORD_PEPPER,
    gatewayClientSecret: secrets.GATEWAY_CLIENT_SECRET,
    password: demoPassword,
    origins: urls.origins,
  }
  await takeCatalogue({ ...catalogue, text: renderCatalogue(catalogueText) })
  await launch(processes.gateway)
  if (options.onConfigEdit !== undefined) {
    const text = kongYmlText
    const edits = followKongYml({ source: kongYml, text, copy: configPath, render, reload, tell: options.onConfigEdit })
    onStop(() => edits.close())
    const followed = { ...catalogue, inForce: catalogueText, copy: catalogueCopy, render: renderCatalogue }
    const catalogueEdits = followCatalogue({ ...followed, tell: options.onConfigEdit })
    onStop(() => catalogueEdits.close())
  }
  onStop(async () => supervisor?.stop())
  return { urls, demoPassword, databaseUrl, dataDir, pluginSocket, processes, reload }
}

/** One stack per data folder, whatever its ports. @throws {DataFolderInUse} */
function lockDataFolder(dataDir: string): () => void {
  try {
    return takeLock(join(dataDir, 'stack.lock'))
  } catch (error) {
    if (!(error instanceof LockHeld)) throw error
    throw new DataFolderInUse(
      `npm start runs here already: process ${error.pid} has ${dataDir}. Stop it, or give this one a folder and ports of its own: DATA_DIR, AUTH_PORT, API_PORT, GATEWAY_PORT.`,
    )
  }
}

/** Waits for all, also when one fails: what is still starting must be there to be stopped. */
async function settleAll(starting: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(starting)) {
    if (result.status === 'rejected') throw result.reason
  }
}
