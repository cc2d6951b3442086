// An app of one's own beside npm start: tokens for curl, as a newcomer gets them.
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { call } from './support/app.ts'
import { testStack } from './support/gateways.ts'

t.setTimeout(120_000)

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
  for (const [what, left, says] of refusals) {
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
})

t.test('beside a stack', async (t: Test) => {
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
    t.match(await token('--client-id', 'nobody'), { code: 1, stdout: '', stderr: /^There is no app nobody here\./ })
    t.match(await token('--client-id', 'gateway'), { code: 1, stdout: '', stderr: /^gateway keeps a secret/ })
    t.match(await token('--api', 'nothing'), {
      code: 1,
      stderr: /^demo-app is not subscribed to nothing, but to mobile-api\.\n$/,
    })
    t.match(await token('--user', 'eve@example.com'), {
      code: 2,
      stderr: /^Set PASSWORD, the password of eve@example\.com\./,
    })
    const wrong = await run('scripts/token.ts', [], { ...beside, PASSWORD: 'wrong' })
    t.match(wrong, { code: 1, stdout: '', stderr: /^the login of demo@example\.com was refused\n$/ })
  })
})
