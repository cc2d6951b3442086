// An app of one's own beside npm start: tokens for curl, as a newcomer gets them.
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { call } from './support/app.ts'
import { testStack } from './support/gateways.ts'

t.setTimeout(300_000)

interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command as npm does: beside the stack whose data folder it is told. */
function run(script: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ran> {
  const file = join(import.meta.dirname, '../..', script)
  const { DATABASE_URL: _, ...around } = process.env
  return new Promise((done) =>
    execFile(process.execPath, [file, ...args], { env: { ...around, ...env } }, (error, stdout, stderr) =>
      done({ code: Number(error?.code ?? 0), stdout, stderr }),
    ),
  )
}

const refusals: readonly (readonly [what: string, left: Readonly<Record<string, string>> | undefined, says: RegExp])[] =
  [
    ['nothing runs', undefined, /^No stack of npm start runs here: nothing is in .*\n$/],
    [
      'others can reach it',
      { DATABASE_URL: 'postgres://127.0.0.1:1/none', ISSUER: 'https://login.example.com' },
      /^The stack's issuer is https:\/\/login\.example\.com, which others can reach\..*\n$/,
    ],
    [
      'it has died',
      { DATABASE_URL: 'postgres://127.0.0.1:1/none', ISSUER: 'http://localhost:9' },
      /^Nothing answers at http:\/\/localhost:9\. Begin with npm start\.\n$/,
    ],
  ]

t.test('token: there is none but of a stack of npm start on this machine', async (t) => {
  const refused = async ([what, left, says]: (typeof refusals)[number]) => {
    const dataDir = join(t.testdirName, what.replaceAll(' ', '-'))
    await mkdir(dataDir, { recursive: true })
    if (left) await writeFile(join(dataDir, 'commands.json'), JSON.stringify(left))
    // Not even a database that it is told of counts: that is how commands reach one in production.
    const elsewhere = {
      DATA_DIR: dataDir,
      DATABASE_URL: 'postgres://127.0.0.1:1/production',
      ISSUER: 'http://localhost:9',
    }
    t.match(await run('scripts/token.ts', [], elsewhere), { code: 1, stdout: '', stderr: says }, what)
  }
  await Promise.all(refusals.map(refused))
})

t.test('beside a stack', { timeout: 280_000 }, async (t: Test) => {
  const stack = await testStack(t, 'embedded')
  const beside = { DATA_DIR: stack.dataDir }
  const token = (...args: readonly string[]) => run('scripts/token.ts', args, beside)

  await t.test('token: the API takes it, and nothing else is printed', async (t) => {
    const { code, stdout, stderr } = await token('--scope', 'orders:read')
    t.match({ code, stderr }, { code: 0, stderr: '' })
    t.match(stdout, /^[\w-]+\.[\w-]+\.[\w-]+\n$/)
    const answer = await call(stack, stdout.trim())
    t.match(answer, { status: 200 })
    t.match(answer.body, { headers: { 'x-consumer-username': 'demo-app', 'x-authenticated-scope': 'orders:read' } })
  })

  await t.test('token: who and what is unknown is a sentence', async (t) => {
    const mistakes: readonly (readonly [args: readonly string[], code: number, says: RegExp])[] = [
      [['--client-id', 'nobody'], 1, /^There is no app nobody here\./],
      [['--client-id', 'gateway'], 1, /^gateway keeps a secret/],
      [['--api', 'nothing'], 1, /^demo-app is not subscribed to nothing, but to mobile-api\.\n$/],
      [['--user', 'eve@example.com'], 2, /^Set PASSWORD, the password of eve@example\.com\./],
    ]
    const tried = await Promise.all(mistakes.map(([args]) => token(...args)))
    for (const [index, [args, code, says]] of mistakes.entries())
      t.match(tried[index], { code, stdout: '', stderr: says }, args.join(' '))
    const wrong = await run('scripts/token.ts', [], { ...beside, PASSWORD: 'wrong' })
    t.match(wrong, { code: 1, stdout: '', stderr: /^the login of demo@example\.com was refused\n$/ })
  })

  const manage = (args: readonly string[], env: Readonly<Record<string, string>> = beside) =>
    run('auth-server/src/commands/manage.ts', args, env)
  const parsed = ({ code, stdout, stderr }: Ran): Readonly<Record<string, string>> => {
    if (code !== 0) throw new Error(stderr)
    return JSON.parse(stdout)
  }

  await t.test('app: one command registers it, and it signs people in and calls the API at once', async (t) => {
    const words = ['app', 'add', '--name', 'My App', '--redirect', 'com.example.mine:/callback']
    const { client_id: id = '' } = parsed(await manage([...words, '--api', 'mobile-api', '--trusted', '--json']))
    const { stdout } = await token('--client-id', id)
    t.match(await call(stack, stdout.trim()), { status: 200, body: { headers: { 'x-consumer-username': id } } })
    t.match(await manage(['app', 'suspend', id]), { code: 0 })
    t.match(await token('--client-id', id), { code: 1, stderr: `${id} is suspended: npm run app -- restore ${id}\n` })
    t.match(await manage(['app', 'restore', id]), { code: 0 })
    t.match(await manage(['api', 'suspend', 'mobile-api']), { code: 0 })
    const suspended = /The API mobile-api is suspended: npm run api -- restore mobile-api\n/
    t.match(await token('--client-id', id), { code: 1, stderr: suspended })
    t.match(await token('--client-id', id, '--api', 'mobile-api'), { code: 1, stderr: suspended })
    t.match(await manage(['api', 'restore', 'mobile-api']), { code: 0 })
  })

  await t.test("demo: it plays an app of one's own, whose person is asked", async (t) => {
    const words = [
      'app',
      'add',
      '--name',
      'Asking',
      '--redirect',
      'com.example.asking:/callback',
      '--api',
      'mobile-api',
    ]
    const { client_id: id = '' } = parsed(await manage([...words, '--json']))
    const ports = Object.fromEntries(
      Object.entries({ AUTH_PORT: stack.urls.issuer, API_PORT: stack.urls.api, GATEWAY_PORT: stack.urls.gateway }).map(
        ([name, url]) => [name, new URL(url).port],
      ),
    )
    const played = await run('scripts/demo.ts', ['--client-id', id], { ...beside, ...ports })
    t.match(played, { code: 0, stderr: '' })
    t.match(played.stdout, new RegExp(`x-consumer-username +${id}`))
  })

  await t.test('over the network a machine client has its scopes and no more', async (t) => {
    const made = parsed(await manage(['machine', 'add', '--name', 'Reader', '--scope', 'applications:read', '--json']))
    const network = {
      DATA_DIR: '/nowhere',
      MANAGEMENT_URL: stack.urls.issuer,
      MANAGEMENT_CLIENT_ID: made.client_id ?? '',
      MANAGEMENT_CLIENT_SECRET: made.client_secret ?? '',
    }
    t.match(await manage(['app', 'list'], network), { code: 0, stdout: /^demo-app\tDemo app\t/m, stderr: '' })
    const refused = await manage(['app', 'suspend', 'demo-app'], network)
    t.match(refused, { code: 1, stdout: '', stderr: 'The scope applications:write is missing.\n' })
    t.match(await manage(['machine', 'add', '--name', 'X'], network), { code: 2, stderr: /beside the server/ })
    t.match(await manage(['app', 'list'], { DATA_DIR: '/nowhere' }), {
      code: 2,
      stderr: /^Nothing runs here by npm start/,
    })
  })
})
