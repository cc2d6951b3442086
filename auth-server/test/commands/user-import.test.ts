// npm run user -- import: from a file or a pipe, with counts, an exit code, and a sentence for each mistake.
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createManagementClient } from '@mobile-api-gateway/sdk/management/index.ts'
import t from 'tap'
import type { GivenValues } from '../../src/commands/management/options.ts'
import { USER_IMPORT } from '../../src/commands/management/user-import.ts'
import { authenticate } from '../../src/identity/local-account.ts'
import { SOUND } from '../support/config.ts'
import { FOREIGN, FOREIGN_PASSWORD } from '../support/foreign-hashes.ts'
import { ISSUER, testServer } from '../support/server.ts'
import { SURROUNDINGS } from '../support/surroundings.ts'

t.setTimeout(90_000)

const { DATABASE_URL: _, ...SECRETS } = SOUND

const PROGRAM = fileURLToPath(new URL('../../src/commands/manage.ts', import.meta.url))
const { db, config, deps } = await testServer(t, SECRETS)
const folder = t.testdir()

interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

function run(args: readonly string[], input = ''): Promise<Ran> {
  const env = { ...SURROUNDINGS, ...SECRETS, ISSUER, DATABASE_URL: config.databaseUrl }
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [PROGRAM, 'user', 'import', ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    )
    child.stdin?.end(input)
  })
}

function line(name: string, more: object = {}): string {
  return `${JSON.stringify({ email: `${name}@example.com`, password_hash: FOREIGN[0]?.[1], ...more })}\n`
}

t.test('from a pipe and from a file; what is wrong is said beside the counts, with exit code 1', async (t) => {
  const file = join(folder, 'people.ndjson')
  await writeFile(file, `${line('one')}${line('two')}oh\n`)
  t.strictSame(await run([file, '--dry-run']), {
    code: 1,
    stdout: 'Would be imported: 2, of them with a password: 2. There already: 0. Wrong: 1. Nothing has changed.\n',
    stderr: 'Line 3 is no JSON.\n',
  })
  t.match(await run(['-'], line('one')), {
    code: 0,
    stdout: /^Imported: 1, of them with a password: 1\. There already: 0/,
  })
  await db.insertInto('groups').values({ name: 'staff' }).execute()
  const groups = line('three', { groups: ['crew', 'admins'] })
  t.strictSame(await run(['-', '--group', 'crew=staff', '--dry-run'], groups), {
    code: 0,
    stdout:
      'Would be imported: 1, of them with a password: 1. There already: 0. Wrong: 0. Nothing has changed.\nNot taken over, groups: 1 (there is none of the name here, or neither --groups nor --group takes it).\n',
    stderr: '',
  })
  const again = await run([file, '--json'])
  t.equal(again.code, 1)
  t.strictSame(JSON.parse(again.stdout), {
    imported: 1,
    with_password: 1,
    there: 1,
    wrong: 1,
    left_out: {},
    dry_run: false,
  })
  t.match(
    again.stderr,
    /^Line 1 has the address of an account that is there, which stays as it is\.\nLine 3 is no JSON\.\n/,
  )
  for (const name of ['one', 'two'])
    t.ok(await authenticate(db, config, { email: `${name}@example.com`, password: FOREIGN_PASSWORD }, []))
  const told = `${again.stdout}${again.stderr}`
  t.notMatch(told, /example\.com/, 'no address is told')
})

t.test('a mistake is one line, with exit code 2', async (t) => {
  const none = join(folder, 'none.json')
  const parameters = join(folder, 'parameters')
  await writeFile(parameters, 'rounds: 8')
  const rows: readonly (readonly [string, GivenValues, RegExp])[] = [
    [none, {}, /^\S+none\.json cannot be read \(ENOENT\)\.$/],
    [folder, {}, /cannot be read \(EISDIR\)\.$/],
    ['-', { from: 'okta' }, /^--from is one of plain, keycloak, auth0, firebase, supabase, django, cognito, kratos\.$/],
    ['-', { group: ['staff'] }, /^--group is NAME=GROUP\.$/],
    ['-', { provider: ['google.com=google'] }, /^No provider here is called "google"\.$/],
    ['-', { 'firebase-parameters': parameters }, /is not what Firebase shows under "Password hash parameters"/],
    ['-', { 'firebase-parameters': none }, /cannot be read \(ENOENT\)/],
    ['-', { key: none }, /cannot be read \(ENOENT\)/],
    ['-', { key: parameters }, /parameters is no key: a JWK in JSON is asked for\.$/],
  ]
  const client = createManagementClient({ issuer: ISSUER, credentials: 'none' })
  const call = { client, issuer: ISSUER, deps, isTerminal: false }
  for (const [file, values, says] of rows)
    await t.rejects(USER_IMPORT.run({ ...call, args: [file], values }), { name: 'Mistake', message: says }, says.source)
  await t.rejects(USER_IMPORT.run({ ...call, deps: undefined, args: ['-'], values: {} }), {
    message: /^People are imported beside the server: without MANAGEMENT_URL, with its environment\.$/,
  })
  t.match(await run([]), { code: 2, stdout: '', stderr: /^Name FILE\.\n$/ })
})

t.test('the package of Argon2 is loaded with the first such hash, and not before', async (t) => {
  const loads = ['--input-type=module', '-e']
  const server = `import(${JSON.stringify(new URL('../../src/identity/local-account.ts', import.meta.url))}).then(() =>
    import('node:module')).then(({ createRequire }) => console.log(process.report.getReport().sharedObjects.some((one) => one.includes('argon2'))))`
  const { stdout } = await new Promise<Ran>((resolve) =>
    execFile(process.execPath, [...loads, server], { env: SURROUNDINGS }, (_, stdout, stderr) =>
      resolve({ code: 0, stdout, stderr }),
    ),
  )
  t.equal(stdout, 'false\n')
})
