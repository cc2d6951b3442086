// The stack starts as a whole, leaves nothing behind when it stops or fails, and npm start speaks for it.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { COMMAND_SETTINGS_FILE } from '../../../auth-server/src/commands/command-settings.ts'
import { freePorts } from '../../stack/ports.ts'
import { startStack } from '../../stack/stack.ts'
import { waitUntil } from '../../stack/wait.ts'

t.setTimeout(300_000)

async function listensNobody(url: string): Promise<boolean> {
  return fetch(url).then(
    () => false,
    () => true,
  )
}

t.test('every part answers, one can be killed and started again, and stop leaves nothing', async (t) => {
  const ports = await freePorts()
  const dataDir = t.testdir({})
  const stack = await startStack({ gateway: 'embedded', ports, dataDir, durable: false })
  t.teardown(() => stack.stop())
  const { urls, processes } = stack
  const call = async () => (await fetch(`${urls.resource}/echo`)).status
  t.equal((await fetch(`${urls.issuer}/health/ready`)).status, 200)
  t.match(await (await fetch(`${urls.api}/hello?a=1`)).json(), {
    method: 'GET',
    path: '/hello?a=1',
    headers: { host: `localhost:${ports.api}` },
  })
  t.equal(await call(), 401)
  await processes.plugins.kill()
  t.equal(await call(), 500)
  await processes.plugins.start()
  t.equal(await call(), 401)

  for (const asked of [ports, await freePorts()]) {
    const second = startStack({ gateway: 'embedded', ports: asked, dataDir, durable: false })
    const message = `npm start runs here already: process ${process.pid} has ${dataDir}.`
    await t.rejects(second, { name: 'DataFolderInUse', message })
  }

  await Promise.all([stack.stop(), stack.stop()])
  t.strictSame(
    Object.values(processes).map(({ pid }) => pid),
    [undefined, undefined, undefined, undefined],
  )
  for (const url of [urls.issuer, urls.api, urls.gateway]) t.ok(await listensNobody(url), `${url} is free`)
})

t.test('a part that cannot start stops the others', async (t) => {
  const ports = await freePorts()
  const editKongYml = (source: string) => source.replace('policy: mobile-api', 'policies: mobile-api')
  const failing = startStack({ gateway: 'embedded', ports, dataDir: t.testdir({}), durable: false, editKongYml })
  await t.rejects(failing, {
    message: /^the gateway \(embedded\) ended before it was ready \(exit code 1\):\n(.|\n)*policies/,
  })
  t.ok(await listensNobody(`http://127.0.0.1:${ports.auth}`))
})

/** npm start as a terminal runs it, on ports and a folder of its own. */
async function npmStart(t: Test, dataDir: string, ports: Awaited<ReturnType<typeof freePorts>>, ...flags: string[]) {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../dev.ts'), ...flags], {
    env: {
      ...process.env,
      AUTH_PORT: String(ports.auth),
      API_PORT: String(ports.api),
      GATEWAY_PORT: String(ports.gateway),
      DATA_DIR: dataDir,
      DATABASE_URL: '',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.teardown(() => child.kill('SIGTERM'))
  const run = { child, output: '', ended: false, code: undefined as number | null | undefined }
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      run.output += String(chunk)
    })
  }
  child.once('close', (code) => {
    run.ended = true
    run.code = code
  })
  return run
}

t.test(
  'npm start: welcome, data kept over restarts, two signals for one Ctrl-C, and a killed run is no obstacle',
  async (t) => {
    const ports = await freePorts()
    const dataDir = t.testdir({})
    const up = (run: { output: string; ended: boolean }) =>
      waitUntil(() => run.ended || run.output.includes('Ctrl-C stops everything'), { timeoutMillis: 60_000 })

    const first = await npmStart(t, dataDir, ports, '--gateway', 'embedded')
    t.ok(await up(first))
    for (const word of [
      `http://localhost:${ports.auth}`,
      `http://localhost:${ports.gateway}/mobile/echo`,
      'demo-app',
      'demo@example.com / correct-horse-battery',
      'npm run demo',
    ]) {
      t.ok(first.output.includes(word), word)
    }
    await fetch(`http://127.0.0.1:${ports.gateway}/mobile/echo`)
    const refused = '[plugin server] GET /mobile/echo 401: The call has no access token (no-token)'
    t.ok(
      await waitUntil(() => first.output.includes(refused), { timeoutMillis: 10_000 }),
      'refused calls, with reasons',
    )
    t.notMatch(first.output, /instance #\d+ of/, 'and nothing that is for looking for faults')
    const kid = async () => JSON.stringify(await (await fetch(`http://127.0.0.1:${ports.auth}/jwks`)).json())
    const firstKeys = await kid()
    first.child.kill('SIGKILL') // now nobody stops its children
    const free = async () => {
      const answers = await Promise.all(Object.values(ports).map((port) => listensNobody(`http://127.0.0.1:${port}`)))
      return answers.every(Boolean)
    }
    t.ok(await waitUntil(free, { timeoutMillis: 20_000 }), 'they end soon after')

    const second = await npmStart(t, dataDir, ports, '--gateway', 'embedded')
    t.ok(await up(second))
    t.equal(await kid(), firstKeys, 'the signing keys are still there')
    const left = join(dataDir, COMMAND_SETTINGS_FILE)
    t.equal((await stat(left)).mode & 0o777, 0o600, 'what commands need is there, for its owner alone')
    t.match(JSON.parse(await readFile(left, 'utf8')), {
      DATABASE_URL: /^postgresql:/,
      ISSUER: `http://localhost:${ports.auth}`,
      KEY_ENCRYPTION_KEY: /./,
      CATALOGUE_SOURCE: /auth-server\/catalogue\.yml$/,
      CATALOGUE_ORIGINS: new RegExp(`localhost:${ports.gateway}`),
    })
    second.child.kill('SIGINT')
    second.child.kill('SIGINT')
    t.ok(await waitUntil(() => second.ended, { timeoutMillis: 20_000 }))
    t.equal(second.code, 0)
    t.match(second.output, /Stopping…\nStopped\.\n$/)
    await t.rejects(stat(left), { code: 'ENOENT' })
    t.ok(await free())
  },
)

t.test('npm start names a port in use with its variable, an unknown flag and a dead part', async (t) => {
  const ports = await freePorts()
  const blocker = createServer().listen(ports.auth, '127.0.0.1')
  const blocked = await npmStart(t, t.testdir({}), ports)
  t.ok(await waitUntil(() => blocked.ended, { timeoutMillis: 30_000 }))
  t.equal(blocked.code, 1)
  t.match(
    blocked.output,
    `\nPort ${ports.auth}, on which the auth server should listen, is in use. Free it, or choose another: AUTH_PORT=`,
  )
  blocker.close()

  const wrong = await npmStart(t, t.testdir({}), ports, '--gatewya', 'kong')
  t.ok(await waitUntil(() => wrong.ended, { timeoutMillis: 30_000 }))
  t.equal(wrong.code, 2)
  t.match(wrong.output, /^Unknown option '--gatewya'/)
})

const onLinux = { skip: process.platform === 'linux' ? false : 'finds the part through /proc' } as const

/** The process of a run whose command line holds these words. */
function partOf(run: { child: { pid?: number | undefined } }, words: string): number {
  const { pid } = run.child
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
  return Number(children.find((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes(words)))
}

t.test(
  'a part that dies is started again with a message; after five deaths in a minute all stops',
  onLinux,
  async (t) => {
    const ports = await freePorts()
    const run = await npmStart(t, t.testdir({}), ports, '--gateway', 'embedded')
    t.ok(await waitUntil(() => run.ended || run.output.includes('Ctrl-C stops'), { timeoutMillis: 60_000 }))
    const says = (words: string, times = 1) =>
      waitUntil(() => run.ended || run.output.split(words).length > times, { timeoutMillis: 60_000 })

    process.kill(partOf(run, 'postgres'), 'SIGKILL')
    t.ok(await says('PostgreSQL ended unexpectedly (SIGKILL). Starting it again in 0.2 s…'))
    t.ok(await says('PostgreSQL is up again.'))
    const healthy = async () => (await fetch(`http://127.0.0.1:${ports.auth}/health/ready`)).ok
    t.ok(await waitUntil(healthy, { timeoutMillis: 30_000 }), 'the auth server finds it where it was')

    for (let death = 1; death <= 5; death += 1) {
      process.kill(partOf(run, 'demo-api.ts'), 'SIGKILL')
      t.ok(await says('The demo API ended unexpectedly (SIGKILL).', death))
      if (death < 5) t.ok(await says('The demo API is up again.', death))
    }
    t.ok(await waitUntil(() => run.ended, { timeoutMillis: 20_000 }))
    t.equal(run.code, 1)
    t.match(
      run.output,
      /The demo API ended unexpectedly \(SIGKILL\)\. That was 5 times within 60 s, so it is not started again\. Stopping the rest…\nStopped\.\n$/,
    )
  },
)

t.test('Ctrl-C while a part waits for its next start stops everything', onLinux, async (t) => {
  const ports = await freePorts()
  const run = await npmStart(t, t.testdir({}), ports, '--gateway', 'embedded')
  t.ok(await waitUntil(() => run.ended || run.output.includes('Ctrl-C stops'), { timeoutMillis: 60_000 }))
  process.kill(partOf(run, 'server/main.ts'), 'SIGKILL')
  t.ok(await waitUntil(() => run.output.includes('The plugin server is up again.'), { timeoutMillis: 30_000 }))
  process.kill(partOf(run, 'server/main.ts'), 'SIGKILL')
  t.ok(await waitUntil(() => run.output.includes('Starting it again in 1 s…'), { timeoutMillis: 30_000 }))
  run.child.kill('SIGINT')
  t.ok(await waitUntil(() => run.ended, { timeoutMillis: 20_000 }))
  t.equal(run.code, 0)
  t.match(run.output, /Starting it again in 1 s…\n\nStopping…\nStopped\.\n$/)
  for (const port of Object.values(ports)) t.ok(await listensNobody(`http://127.0.0.1:${port}`))
})
