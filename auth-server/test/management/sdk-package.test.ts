// The SDK as it is published: packed, installed into an empty project, loaded by the oldest Node that it is for, its examples run.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { freePorts } from '@mobile-api-gateway/scripts/stack/ports.ts'
import t, { type Test } from 'tap'
import { machine } from '../support/management.ts'
import { testServer } from '../support/server.ts'

t.setTimeout(120_000)

const root = join(import.meta.dirname, '../../..')
/** Without the pinned Node: the one that a stranger has. */
const PATH = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((folder) => !folder.includes('node_modules'))
  .join(delimiter)

const { HOME, npm_config_cache: cache } = process.env
const CLEAN = { PATH, ...(HOME && { HOME }), ...(cache && { npm_config_cache: cache }) }

/** Runs a program. `env -u`: the test runner would load itself into every Node. */
function runIn(cwd: string, command: string, parameters: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return promisify(execFile)('env', ['-u', 'NODE_OPTIONS', command, ...parameters], { cwd, env: { ...CLEAN, ...env } })
}

/** An empty project with the package in it; what its users bring along is there, too. */
async function project(t: Test) {
  const folder = await mkdtemp(join(tmpdir(), 'sdk-'))
  t.teardown(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  const { stdout } = await runIn(root, 'npm', ['pack', '-w', 'auth-server/sdk', '--pack-destination', folder])
  const tarball = stdout.trim().split('\n').at(-1) ?? ''
  await writeFile(join(folder, 'package.json'), '{ "type": "module", "private": true }')
  const options = ['--prefer-offline', '--no-audit', '--no-fund', '--omit=peer']
  await runIn(folder, 'npm', ['install', ...options, join(folder, tarball)])
  const modules = await readdir(join(folder, 'node_modules'))
  for (const name of ['express', 'fastify', '@types']) {
    await symlink(join(root, 'node_modules', name), join(folder, 'node_modules', name))
  }
  await cp(join(root, 'auth-server/sdk/examples'), folder, { recursive: true })
  return { folder, installed: modules.filter((name) => !name.startsWith('.')).toSorted() }
}

const { folder, installed } = await project(t)

t.test('every entry loads on the Node that people have, and brings no server along', async (t) => {
  await writeFile(
    join(folder, 'entries.js'),
    `const found = {}
     for (const entry of ['', '/backend', '/fastify', '/express', '/management'])
       found[entry] = Object.keys(await import('@mobile-api-gateway/sdk' + entry))
     const { readIdentity } = await import('@mobile-api-gateway/sdk')
     const { kind } = readIdentity({ 'x-authenticated-kind': 'anonymous', 'x-anonymous-consumer': 'true' })
     console.log(JSON.stringify({ found, kind }))`,
  )
  const { stdout } = await runIn(folder, 'node', ['entries.js'])
  t.match(JSON.parse(stdout), {
    kind: 'anonymous',
    found: {
      '/backend': /readIdentity/,
      '/express': /demand/,
      '/fastify': /identityPlugin/,
      '/management': /createManagementClient/,
    },
  })
  const dependencies = ['fastify-plugin', 'ipaddr.js', 'jose', 'secure-json-parse', 'typebox']
  t.strictSame(installed, ['@mobile-api-gateway', ...dependencies])
})

t.test('examples compile with the types that are published', async (t) => {
  const compilerOptions = { module: 'nodenext', target: 'es2022', strict: true, noEmit: true, types: ['node'] }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  const { stdout } = await runIn(folder, process.execPath, [
    join(root, 'node_modules/typescript/bin/tsc'),
    '-p',
    folder,
  ]).catch((error: { stdout: string }) => error)
  t.equal(stdout, '')
})

t.test('the example of a program that manages works against a server', async (t) => {
  const { auth: port } = await freePorts()
  const issuer = `http://127.0.0.1:${port}`
  const server = await testServer(t, { ISSUER: issuer })
  const { clientId, clientSecret } = await machine(server, ['applications:read', 'applications:write'])
  await server.app.listen({ host: '127.0.0.1', port })
  const env = { ISSUER: issuer, CLIENT_ID: clientId, CLIENT_SECRET: clientSecret }
  const manage = () => runIn(folder, process.execPath, ['management.ts'], env)
  const { stdout } = await manage()
  t.match(stdout, /^My App is (\S+)\n/)
  t.match(stdout, / {2}Shop\n/)
  t.equal((await manage()).stdout, stdout, 'a second run registers nothing')
  const wrong = { ...env, CLIENT_SECRET: 'wrong' }
  await t.rejects(runIn(folder, process.execPath, ['management.ts'], wrong), {
    code: 1,
    stderr: /^token: .* \(401 invalid_client\)\n$/,
  })
})

t.test('the examples of backends know who calls', async (t) => {
  const app = { 'x-consumer-username': 'shop-app', 'x-credential-identifier': 'shop-app' }
  const scope = { 'x-authenticated-scope': 'orders:read' }
  const alice = { 'x-authenticated-userid': 'usr_alice', 'x-authenticated-kind': 'account', ...scope, ...app }
  const guest = { ...alice, 'x-authenticated-kind': 'guest' }
  const statuses = async (origin: string, path: string, ...headers: Record<string, string>[]) =>
    Promise.all(headers.map(async (each) => (await fetch(origin + path, { headers: each })).status))

  const fastify = await backend(t, 'fastify.ts')
  t.strictSame(await (await fetch(`${fastify}/orders`, { headers: alice })).json(), { ordersOf: 'usr_alice' })
  t.strictSame(await statuses(fastify, '/orders', alice, guest, {}), [200, 403, 401])
  t.strictSame(await statuses(fastify, '/report', alice, { 'x-authenticated-kind': 'application', ...app }), [403, 200])
  t.strictSame(await statuses(fastify, '/health', {}), [200])

  const express = await backend(t, 'express.ts', { BACKEND_SECRET: 'between us' })
  const proven = { ...guest, 'x-gateway-secret': 'between us' }
  t.strictSame(await statuses(express, '/orders', proven, guest, {}), [200, 401, 401])
  t.strictSame(await statuses(express, '/health', {}), [200])
})

/** Starts an example, and says where it listens. */
async function backend(t: Test, file: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const { api: port } = await freePorts()
  const child: ChildProcess = spawn(process.execPath, [file], {
    cwd: folder,
    env: { PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => child.kill())
  if (child.stdout === null) throw new Error('no output')
  const [line] = await once(child.stdout, 'data')
  return String(line).trim()
}
