// What kong-env prints is what a Kong needs: one is started with it, and what is written elsewhere says the same.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { startServerProcess } from '../../kong-plugins/test/gateway/support/server-process.ts'
import { findOnPath } from '../stack/find-on-path.ts'
import { nginxPid } from '../stack/kong.ts'
import { freePort } from '../stack/ports.ts'
import { waitUntil } from '../stack/wait.ts'
import { readCompose } from './support/compose.ts'

const root = join(import.meta.dirname, '../..')
const execute = promisify(execFile)

async function kongEnv(...args: readonly string[]): Promise<string> {
  const { stdout } = await execute(process.execPath, [join(root, 'scripts/kong-env.ts'), ...args])
  return stdout
}

/** What stands in an environment file, as whoever reads one would. */
function variablesIn(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
}

const KONG_YML = `_format_version: "3.0"
services:
- name: orders
  url: http://127.0.0.1:9
  retries: 1
  routes: [{ name: orders, paths: [/orders] }]
  plugins:
  - name: mobile-gateway
    config: { policy: orders, issuers: [{ issuer: "http://a", jwks_uri: "http://127.0.0.1:9/jwks" }], audiences: ["http://b"] }
routes:
- name: metadata
  paths: [/metadata]
  plugins: [{ name: mobile-metadata, config: { resource: "http://b", authorization_servers: ["http://a"] } }]
`

/** Starts Kong on loopback; `given` is what kong-env printed, as a file or as variables. */
async function startKong(t: Test, given: { readonly conf?: string; readonly env?: Record<string, string> }) {
  const folder = await mkdtemp(join(tmpdir(), 'kong-env-'))
  const port = await freePort()
  await writeFile(join(folder, 'kong.yml'), KONG_YML)
  await writeFile(join(folder, 'kong.conf'), given.conf ?? '')
  const clean = Object.entries(process.env).filter(([name]) => !name.startsWith('KONG_'))
  const child = spawn('kong', ['start', '-c', join(folder, 'kong.conf')], {
    env: {
      ...Object.fromEntries(clean),
      ...given.env,
      KONG_PREFIX: join(folder, 'kong'),
      KONG_DATABASE: 'off',
      KONG_DECLARATIVE_CONFIG: join(folder, 'kong.yml'),
      KONG_PROXY_LISTEN: `127.0.0.1:${port}`,
      KONG_ADMIN_LISTEN: 'off',
      KONG_ADMIN_GUI_LISTEN: 'off',
      KONG_ANONYMOUS_REPORTS: 'off',
      KONG_NGINX_DAEMON: 'off',
      KONG_NGINX_WORKER_PROCESSES: '1',
      ...(process.getuid?.() === 0 && { KONG_NGINX_USER: 'root root' }),
    },
    stdio: 'ignore',
  })
  const ended = once(child, 'exit')
  t.teardown(async () => {
    const pid = nginxPid(folder)
    if (pid !== undefined) process.kill(pid, 'SIGTERM')
    await ended
    await rm(folder, { recursive: true, force: true })
  })
  const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`)
  t.ok(
    await waitUntil(
      () =>
        ask('/').then(
          () => true,
          () => false,
        ),
      { timeoutMillis: 30_000 },
    ),
    'it starts',
  )
  return { ask, nginx: () => readFile(join(folder, 'kong/nginx-kong.conf'), 'utf8') }
}

const skip = findOnPath('kong') === undefined ? 'kong is not on PATH' : false
t.test('a Kong that is told so runs our plugins', { skip, timeout: 120_000 }, async (t) => {
  const { socketPath } = await startServerProcess(t)
  const where = ['--socket', socketPath, '--descriptions', join(root, 'kong-plugins/dump')]
  const conf = await kongEnv('--format', 'conf', ...where)
  const env = variablesIn(await kongEnv('--format', 'env', ...where))
  for (const [name, given] of [
    ['conf', { conf }],
    ['env', { env }],
  ] as const) {
    const kong = await startKong(t, given)
    const refused = await kong.ask('/orders')
    t.match(
      { status: refused.status, challenge: refused.headers.get('www-authenticate') },
      { status: 401, challenge: /^Bearer / },
      name,
    )
    t.match(await (await kong.ask('/metadata')).json(), { resource: 'http://b' }, name)
    t.match(await kong.nginx(), /lua_socket_read_timeout +3s;/, name)
  }
})

t.test('every format says the same', async (t) => {
  const env = variablesIn(await kongEnv())
  const conf = (await kongEnv('--format', 'conf')).matchAll(/^(\w+) = (.*)$/gm)
  t.strictSame(Object.fromEntries([...conf].map(([, name = '', value]) => [`KONG_${name.toUpperCase()}`, value])), env)
  const unit = (await kongEnv('--format', 'systemd')).matchAll(/^Environment="(\w+)=(.*)"$/gm)
  t.strictSame(Object.fromEntries([...unit].map(([, name = '', value]) => [name, value])), env)
  const compose = parse(await kongEnv('--format', 'compose')).services.kong.environment
  t.strictSame({ ...compose, GATEWAY_CLIENT_SECRET: undefined }, { ...env, GATEWAY_CLIENT_SECRET: undefined })
  const helm: Record<string, string> = parse(await kongEnv('--format', 'helm')).env
  const variables = Object.entries(helm).map(([name, value]) => [`KONG_${name.toUpperCase()}`, value])
  t.strictSame(Object.fromEntries(variables), env)
})

t.test('docker-compose.yml and the page about installing say the same', async (t) => {
  const env = variablesIn(await kongEnv())
  t.match(readCompose().services.kong?.environment, env)
  const page = await readFile(join(root, 'kong-plugins/docs/install.md'), 'utf8')
  const [, block = ''] = /```\n(KONG_PLUGINS=[^`]*)```/.exec(page) ?? []
  t.strictSame(variablesIn(block), variablesIn(await kongEnv('--plugins', 'mobile-gateway,mobile-metadata')))
})

t.test('what cannot be is refused in a sentence', async (t) => {
  const rows: readonly [readonly string[], RegExp][] = [
    [['--format', 'toml'], /^--format is one of conf, env, systemd, compose, helm, not "toml"\./],
    [['--plugins', ''], /^--plugins names none/],
    [['--plugins', 'mobile-gatway'], /^No plugin of ours is called mobile-gatway; there are mobile-gateway, /],
    [['--others', 'a b'], /^"a b" is no name of a plugin\./],
    [['--socket', 'plugins.sock'], /^--socket has to be an absolute path/],
    [['--descriptions', "/etc/'; rm -rf /"], /^--descriptions has to be an absolute path/],
  ]
  for (const [args, stderr] of rows) await t.rejects(kongEnv(...args), { code: 2, stderr })
})
