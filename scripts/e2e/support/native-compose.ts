// Starts the services of docker-compose.yml as processes of this machine: same commands, environment, files and health checks.
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { moveCatalogue } from '@mobile-api-gateway/auth-server/config/yaml-origins.ts'
import type { Test } from 'tap'
import { makeEnv } from '../../make-env.ts'
import { kongErrorLog, nginxPid } from '../../stack/kong.ts'
import { freePort } from '../../stack/ports.ts'
import { type ManagedProcess, manageProcess } from '../../stack/processes.ts'
import { answersHttp } from '../../stack/readiness.ts'
import { renderKong } from '../../stack/render-kong.ts'
import { type StackUrls, stackUrls } from '../../stack/urls.ts'
import {
  type ComposeService,
  commandOf,
  filesOf,
  fillIn,
  readCompose,
  readEnvFile,
} from '../../test/support/compose.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../../..')

/** What the containers' addresses and paths are here. */
export interface NativeCompose {
  readonly urls: StackUrls
  /** Starts a service and waits for its health check; one that is to end is waited for. */
  readonly start: (name: string) => Promise<ManagedProcess | undefined>
  /** `docker compose exec SERVICE …`: in a folder that holds what the image holds; its output. */
  readonly exec: (name: string, command: readonly string[]) => Promise<string>
  /** One text of the file as it is here. */
  readonly here: (text: string) => string
}

type Words = readonly [string, ...string[]]

/** `sh`, `node` and the rest, where they are. */
function words([program = '', ...args]: readonly string[]): Words {
  return [program === 'node' ? process.execPath : program, ...args]
}

/** Prepares all services; what was started ends with the test. PostgreSQL is the one that the tests have. */
export async function nativeCompose(t: Test, databaseUrl: string): Promise<NativeCompose> {
  const compose = readCompose()
  const variables = { ...readEnvFile(makeEnv()), KONG_WORKERS: '1', LOG_LEVEL: 'warn' }
  const folder = await mkdtemp(join(tmpdir(), 'compose-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const ports = new Map<string, number>()
  for (const port of ['4000', '3000', '8000', '8100', '6379']) ports.set(port, await freePort())
  const portOf = (port: string): number => ports.get(port) ?? Number(port)
  const urls = stackUrls({ auth: portOf('4000'), api: portOf('3000'), gateway: portOf('8000') })

  const kongYml = join(folder, 'kong.yml')
  await writeFile(kongYml, renderKong(await readFile(join(root, 'kong.yml'), 'utf8'), urls.origins))
  const catalogueYml = join(folder, 'catalogue.yml')
  const catalogue = await readFile(join(root, 'auth-server/catalogue.yml'), 'utf8')
  await writeFile(catalogueYml, moveCatalogue(catalogue, urls.origins))
  const documents = join(folder, 'openapi')
  await cp(join(root, 'auth-server/openapi'), documents, { recursive: true })
  const sockets = join(folder, 'run')
  await mkdir(sockets)
  const paths: readonly (readonly [there: string, here: string])[] = [
    ['/run/mobile-gateway', sockets],
    ['/etc/mobile-gateway/kong.yml', kongYml],
    ['/etc/mobile-gateway/catalogue.yml', catalogueYml],
    ['/etc/mobile-gateway/openapi', documents],
    ['/etc/mobile-gateway/plugins', join(root, 'kong-plugins/dump')],
    ['/tmp/kong', join(folder, 'kong')],
  ]
  const here = (text: string): string => {
    let local = fillIn(text, variables).replace(/^postgresql:\/\/.*@postgres:5432\/auth$/, databaseUrl)
    for (const [there, path] of paths) local = local.replaceAll(there, path)
    return local
      .replace(
        /\b(0\.0\.0\.0|127\.0\.0\.1|localhost|auth-server|mobile-api|kong):(\d{4})\b/g,
        (_, host: string, port: string) => {
          return `${host === 'localhost' ? host : '127.0.0.1'}:${portOf(port)}`
        },
      )
      .replace(/^0\.0\.0\.0$/, '127.0.0.1')
      .replace(/^(4000|3000)$/, (port) => String(portOf(port)))
      .replace('redis-server -', `redis-server - --port ${portOf('6379')} --bind 127.0.0.1`)
      .replace('redis-cli ', `redis-cli -p ${portOf('6379')} `)
  }

  const environmentOf = ({ environment = {} }: ComposeService): NodeJS.ProcessEnv => {
    const given = Object.entries(environment).map(([name, value]): [string, string] => [name, here(value)])
    const { PATH, NODE_COMPILE_CACHE } = process.env
    return { PATH, NODE_COMPILE_CACHE, HOME: folder, ...Object.fromEntries(given) }
  }

  const serviceOf = (name: string): ComposeService => {
    const service = compose.services[name]
    if (service === undefined) throw new Error(`docker-compose.yml has no service ${name}`)
    return service
  }

  /** Where a service's command runs: in a folder with the image's files, or here. */
  const folderOf = async (name: string): Promise<string> => {
    const files = filesOf(serviceOf(name))
    if (files.length === 0) return root
    const image = join(folder, 'images', name)
    await rm(image, { recursive: true, force: true })
    for (const file of files) {
      await mkdir(dirname(join(image, file)), { recursive: true })
      await symlink(join(root, file), join(image, file))
    }
    return image
  }

  const exec = async (name: string, [program = '', ...args]: readonly string[]): Promise<string> => {
    const [command] = words([program])
    const { stdout } = await run(command, args, { cwd: await folderOf(name), env: environmentOf(serviceOf(name)) })
    return stdout
  }

  const start = async (name: string): Promise<ManagedProcess | undefined> => {
    const service = serviceOf(name)
    const cwd = await folderOf(name)
    const env = environmentOf(service)
    if (name === 'kong') {
      env.KONG_NGINX_DAEMON = 'off' // as the image's entrypoint has it
      if (process.getuid?.() === 0) env.KONG_NGINX_USER = 'root root' // the workers' usual account cannot enter our folder
    }
    // The image's own command, `kong docker-start`, prepares the prefix and then runs what `kong start` runs.
    const [command, ...args] = words(name === 'kong' ? ['kong', 'start'] : commandOf(service).map(here))
    if (service.healthcheck === undefined) {
      await run(command, args, { cwd, env })
      return undefined
    }
    const [kind, ...test] = service.healthcheck.test.map(here)
    const [check, ...checkArgs] = words(kind === 'CMD-SHELL' ? ['sh', '-c', ...test] : test)
    const healthy = async (): Promise<boolean> => {
      const answered = await run(check, checkArgs, { cwd, env }).then(
        () => true,
        () => false,
      )
      return answered && (name !== 'kong' || answersHttp(urls.gateway))
    }
    const kong = {
      leader: () => nginxPid(folder),
      lastWords: () => readFile(kongErrorLog(folder), 'utf8').catch(() => ''),
    }
    const managed = manageProcess({
      name,
      command,
      args,
      env,
      cwd,
      ready: healthy,
      ...(name === 'kong' ? kong : {}),
    })
    t.teardown(() => managed.stop())
    await managed.start()
    return managed
  }
  return { urls, start, exec, here }
}
