// The process as Kong's neighbour: its socket file, its signals, its two command lines.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { createSigningKey, gatewayConfig, signToken, startKeyServer } from './support/issuer.ts'
import { KongClient } from './support/kong-client.ts'

const main = join(import.meta.dirname, '../src/server/main.ts')
const run = promisify(execFile)
const folder = await mkdtemp(join(tmpdir(), 'plugin-process-'))
const children: ChildProcess[] = []
t.teardown(async () => {
  for (const child of children) child.kill('SIGKILL')
  await rm(folder, { recursive: true })
})

/** Starts the process and waits until it says that it listens. */
async function start(socket: string, level = 'info') {
  const child = spawn(process.execPath, [main, '--socket', socket], { env: { ...process.env, LOG_LEVEL: level } })
  children.push(child)
  let output = ''
  const listens = new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      output += chunk
      if (output.includes('listens')) resolve()
    })
    child.once('exit', () => reject(new Error(output)))
  })
  await listens
  return { child, output: () => output, exited: once(child, 'exit') }
}

t.test('the socket is for owner and group; SIGTERM removes it', async (t) => {
  const path = join(folder, 'a.sock')
  const { child, exited } = await start(path)
  t.equal(statSync(path).mode & 0o777, 0o660)
  const kong = new KongClient(path)
  t.match(await kong.call('plugin.GetStatus', null), { error: null, result: { Pid: child.pid } })
  child.kill('SIGTERM')
  t.strictSame(await exited, [0, null])
  t.notOk(existsSync(path))
  kong.close()
})

t.test('SIGINT ends it, too, and a second signal changes nothing', async (t) => {
  const path = join(folder, 'b.sock')
  const { child, exited } = await start(path)
  child.kill('SIGINT')
  child.kill('SIGTERM')
  t.strictSame(await exited, [0, null])
  t.notOk(existsSync(path))
})

t.test('killed and started again: the leftover socket is taken over, and other instance ids are given', async (t) => {
  const keys = await startKeyServer(t, await createSigningKey())
  const path = join(folder, 'c.sock')
  const first = await start(path)
  const before = new KongClient(path)
  const id = await before.start('mobile-gateway', gatewayConfig(keys.jwksUri))
  first.child.kill('SIGKILL')
  await first.exited
  before.close()
  t.ok(existsSync(path))
  await start(path)
  const after = new KongClient(path)
  t.strictSame(await after.call('plugin.HandleEvent', { InstanceId: id, EventName: 'access' }), {
    error: `no plugin instance #${id}`,
    result: null,
  })
  after.close()
})

t.test('a socket in use, a file that is none, a path too long: refused in one line', async (t) => {
  const used = join(folder, 'd.sock')
  await start(used)
  const file = join(folder, 'file')
  await writeFile(file, 'precious')
  const long = join(folder, 'x'.repeat(120))
  const rows: readonly (readonly [string[], string])[] = [
    [['--socket', used], `another plugin server listens on ${used}\n`],
    [['--socket', file], `not a socket, so it is not removed: ${file}\n`],
    [['--socket', long], `the socket path has ${long.length} bytes, but a Unix socket path may have 107: ${long}\n`],
    [[], 'usage: main.ts --socket PATH | --dump [NAME]\n'],
    [['--dump', 'nobody'], 'no plugin is called nobody\n'],
  ]
  for (const [args, stderr] of rows)
    await t.rejects(run(process.execPath, [main, ...args]), { code: 1, stderr, stdout: '' })
})

t.test('--dump prints JSON and nothing else: all plugins, or the one named', async (t) => {
  const names = async (...args: string[]): Promise<unknown[]> => {
    const { stdout, stderr } = await run(process.execPath, [main, '--dump', ...args])
    t.equal(stderr, '')
    const document = JSON.parse(stdout)
    t.equal(document.Protocol, 'MsgPack:1')
    return document.Plugins.map(({ Name, Version, Priority, Phases }: Record<string, unknown>) => [
      Name,
      Version,
      Priority,
      Phases,
    ])
  }
  const all = [
    ['mobile-gateway', '0.1.0', 1420, ['access']],
    ['mobile-token', '0.1.0', 1420, ['access']],
    ['mobile-metadata', '0.1.0', 1410, ['access']],
    ['mobile-identity', '0.1.0', 1040, ['access']],
    ['mobile-quota', '0.1.0', 905, ['access']],
  ]
  t.strictSame(await names(), all)
  t.strictSame(await names('mobile-quota'), [all[4]])
})

t.test('at the most talkative level no token reaches the log, whatever becomes of it', async (t) => {
  const key = await createSigningKey()
  const keys = await startKeyServer(t, key)
  const path = join(folder, 'e.sock')
  const { child, output, exited } = await start(path, 'trace')
  const kong = new KongClient(path)
  const instance = await kong.start('mobile-gateway', gatewayConfig(keys.jwksUri))
  const good = await signToken(key)
  const tokens = [good, `${good}AAAA`, await signToken(key, { claims: { exp: 1 } }), 'opaque-secret-token']
  for (const token of tokens) await kong.access(instance, { headers: { authorization: `Bearer ${token}` } })
  await kong.call('plugin.Step', { EventId: 1, Data: good })
  kong.close()
  child.kill('SIGTERM')
  await exited
  t.match(output(), 'request denied')
  for (const token of tokens) for (const part of token.split('.').slice(1)) t.notOk(output().includes(part))
  t.notOk(output().includes('opaque-secret-token'))
})
