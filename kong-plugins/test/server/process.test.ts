// The process as Kong's neighbour: its socket file, its signals, its two command lines.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { eventually } from '../support/eventually.ts'
import { createSigningKey, gatewayConfig, signToken, startKeyServer } from '../support/issuer.ts'
import { KongClient } from '../support/kong-client.ts'

const main = join(import.meta.dirname, '../../src/server/main.ts')
const run = promisify(execFile)
const folder = await mkdtemp(join(tmpdir(), 'plugin-process-'))
const children: ChildProcess[] = []
t.teardown(async () => {
  for (const child of children) child.kill('SIGKILL')
  await rm(folder, { recursive: true })
})

/** Starts the process and waits until it says that it listens. */
async function start(socket: string, level = 'info', args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [main, '--socket', socket, ...args], {
    env: { ...process.env, METRICS_LISTEN: '', LOG_LEVEL: level, ...env },
  })
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
  t.match(await kong.call({ cmd_get_plugin_names: {} }), { plugin_names: ['mobile-gateway'] })
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
  await t.rejects(after.call({ cmd_handle_event: { instance_id: id, event_name: 'access' } }), {
    message: `no plugin instance #${id}`,
  })
  after.close()
})

t.test('a file that is no socket, a path too long, a folder that is none: refused in one line', async (t) => {
  const file = join(folder, 'file')
  await writeFile(file, 'precious')
  const long = join(folder, 'x'.repeat(120))
  const rows: readonly (readonly [string[], string])[] = [
    [['--socket', file], `not a socket, so it is not removed: ${file}\n`],
    [['--socket', long], `the socket path has ${long.length} bytes, but may have 102: ${long}\n`],
    [
      ['--socket', join(folder, 'none', 's.sock')],
      `the folder of the socket does not exist, or cannot be entered: ${join(folder, 'none')}\n`,
    ],
    [['--socket', join(file, 's.sock')], `the folder of the socket is no folder: ${file}\n`],
    [['--socket', join(folder, 'm.sock'), '--metrics', 'x'], 'not an address to listen on (HOST:PORT): x\n'],
  ]
  for (const [args, stderr] of rows)
    await t.rejects(run(process.execPath, [main, ...args]), { code: 1, stderr, stdout: '' })
  const mistakes: [string[], RegExp][] = [
    [[], /^--socket is missing\n\nUsage: npm run plugin-server /],
    [['--dump', 'nobody'], /^no plugin is called nobody\n\nUsage: /],
  ]
  for (const [args, stderr] of mistakes)
    await t.rejects(run(process.execPath, [main, ...args]), { code: 2, stderr, stdout: '' })
})

t.test(
  'a folder that may not be written to is named',
  { skip: process.getuid?.() !== 0 && 'needs root' },
  async (t) => {
    const closed = join(folder, 'closed')
    await mkdir(closed, { mode: 0o755 })
    await chmod(folder, 0o755)
    const program = `process.setgid(65534); process.setuid(65534); process.argv = ['', '', '--socket', ${JSON.stringify(join(closed, 's.sock'))}]; await import(${JSON.stringify(main)})`
    await t.rejects(run(process.execPath, ['--input-type=module', '--eval', program]), {
      code: 1,
      stderr: `this user may not write into the folder of the socket: ${closed}\n`,
    })
  },
)

t.test('two thousand who connect in one moment, while the server is busy, all get through', async (t) => {
  const path = join(folder, 'n.sock')
  const { child } = await start(path)
  child.kill('SIGSTOP') // as busy as can be
  const sockets = Array.from({ length: 2000 }, () => connect(path))
  const outcomes = await Promise.all(
    sockets.map(
      (socket) =>
        new Promise((resolve) => {
          socket.once('connect', () => resolve('connected'))
          socket.once('error', (cause) => resolve(cause.message))
        }),
    ),
  )
  child.kill('SIGCONT')
  for (const socket of sockets) socket.destroy()
  const limit = Number(await readFile('/proc/sys/net/core/somaxconn', 'utf8').catch(() => 4096))
  t.equal(outcomes.filter((outcome) => outcome === 'connected').length, Math.min(2000, limit + 1))
})

t.test('a second process takes the address of the metrics, too, and the first ends with 0', async (t) => {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address: unknown = probe.address()
  const { port } = Object(address)
  await new Promise((resolve) => probe.close(resolve))
  const path = join(folder, 'o.sock')
  const first = await start(path, 'info', ['--metrics', String(port)])
  const second = await start(path, 'info', ['--metrics', String(port)])
  t.strictSame(await first.exited, [0, null])
  await eventually(() => second.output().includes('"msg":"metrics and health"'), 20_000)
  t.equal((await fetch(`http://127.0.0.1:${port}/health/live`)).status, 200)
  t.ok(existsSync(path))
})

t.test('SIGTERM with a call in progress: others are served until it is answered', async (t) => {
  const key = await createSigningKey()
  const keys = await startKeyServer(t, key)
  const path = join(folder, 'p.sock')
  const { child, exited } = await start(path)
  const kong = new KongClient(path)
  const id = await kong.start('mobile-gateway', gatewayConfig(keys.jwksUri))
  let other: unknown
  const onCall = async () => {
    if (other !== undefined) return
    child.kill('SIGTERM')
    await new Promise((resolve) => setImmediate(resolve))
    const late = new KongClient(path)
    other = (await late.access(id, {})).status
    late.close()
  }
  const headers = { authorization: `Bearer ${await signToken(key)}` }
  t.equal((await kong.access(id, { headers, onCall })).kind, 'passed')
  t.equal(other, 401)
  t.strictSame(await exited, [0, null])
  kong.close()
})

t.test('--dump prints JSON and nothing else: all plugins, or the one named', async (t) => {
  const names = async (...args: string[]): Promise<unknown[]> => {
    const { stdout, stderr } = await run(process.execPath, [main, '--dump', ...args])
    t.equal(stderr, '')
    const document = JSON.parse(stdout)
    t.equal(document.Protocol, 'ProtoBuf:1')
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

t.test('metrics and health are served where --metrics or METRICS_LISTEN says, and nowhere without', async (t) => {
  const urlOf = (output: string): string => /"url":"([^"]+)"/.exec(output)?.[1] ?? ''
  const silent = await start(join(folder, 'f.sock'))
  t.equal(urlOf(silent.output()), '')
  const told = await start(join(folder, 'g.sock'), 'info', ['--metrics', '0'])
  const byVariable = await start(join(folder, 'h.sock'), 'info', [], { METRICS_LISTEN: '127.0.0.1:0' })
  for (const { output } of [told, byVariable]) {
    const url = urlOf(output())
    t.match(url, /^http:\/\/127\.0\.0\.1:\d+$/)
    const answer = await fetch(`${url}/metrics`)
    t.equal(answer.status, 200)
    t.match(await answer.text(), /^mobile_gateway_instances 0$/m)
    t.strictSame(await (await fetch(`${url}/health/live`)).json(), { status: 'live' })
  }
  told.child.kill('SIGTERM')
  t.strictSame(await told.exited, [0, null])

  const { port } = new URL(urlOf(byVariable.output()))
  const path = join(folder, 'i.sock')
  await t.rejects(run(process.execPath, [main, '--socket', path, '--metrics', port]), {
    code: 1,
    stderr: `listen EADDRINUSE: address already in use 127.0.0.1:${port}\n`,
  })
  t.notOk(existsSync(path))
})

t.test('at the most talkative level no token, proof or secret reaches the log, whatever becomes of it', async (t) => {
  const key = await createSigningKey()
  const keys = await startKeyServer(t, key)
  const path = join(folder, 'e.sock')
  const { child, output, exited } = await start(path, 'trace')
  const kong = new KongClient(path)
  const secrets = { backend_secret: 'between-us-and-the-backend', log_fields: true }
  const redis = { host: '127.0.0.1', port: 1, password: 'of-the-redis' }
  const config = (changes: object) => gatewayConfig(keys.jwksUri, { ...secrets, ...changes })
  const instances = [
    await kong.start('mobile-gateway', config({})),
    await kong.start('mobile-gateway', config({ dpop: 'required', counters: 'redis', redis, fail: 'closed' })),
    await kong.start('mobile-gateway', config({ method_scopes: { GET: ['none:has-it'] } })),
  ]
  await t.rejects(
    kong.start('mobile-gateway', config({ backend_secret: 'too-short-secret '.slice(0, 9), colour: 'x' })),
  )
  const good = await signToken(key)
  const bound = await signToken(key, { claims: { cnf: { jkt: 'a-thumbprint' } } })
  const tokens = [good, bound, `${good}AAAA`, await signToken(key, { claims: { exp: 1 } }), 'opaque-secret-token']
  const proof = await signToken(key, { header: { typ: 'dpop+jwt', jwk: key.jwk }, claims: { jti: 'j', htm: 'GET' } })
  for (const instance of instances) {
    for (const token of tokens) {
      for (const scheme of ['Bearer', 'DPoP', 'Basic', 'Bearer ,'])
        await kong.access(instance, { headers: { authorization: `${scheme} ${token}`, dpop: proof } })
    }
  }
  const broken = { name: 'mobile-gateway', config: '{"backend_secret": in-broken-json' }
  await t.rejects(kong.call({ cmd_start_instance: broken }), { message: 'Config is not JSON' })
  await t.rejects(kong.call({ cmd_handle_event: { instance_id: instances[0] ?? 0, event_name: good } }))
  kong.write(Buffer.from(good))
  await t.rejects(kong.frame())
  kong.close()
  child.kill('SIGTERM')
  await exited
  t.match(output(), 'request denied')
  for (const token of [...tokens, proof])
    for (const part of token.split('.').slice(1)) t.notOk(output().includes(part), `${token.slice(0, 20)}…`)
  for (const secret of [
    'opaque-secret-token',
    'between-us-and',
    'of-the-redis',
    'too-short',
    'in-broken',
    'thumbprint',
  ])
    t.notOk(output().includes(secret), secret)
})
