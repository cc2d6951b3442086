// npm run user -- export: lines, a table, and a file with hashes for one key; round by two servers with the commands alone.
import { execFile } from 'node:child_process'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createManagementClient } from '@mobile-api-gateway/sdk/management/index.ts'
import { exportJWK, generateKeyPair } from 'jose'
import t from 'tap'
import type { GivenValues } from '../../src/commands/management/options.ts'
import { USER_EXPORT } from '../../src/commands/management/user-export.ts'
import { randomSecret } from '../../src/crypto/random.ts'
import { authenticate, createAccount } from '../../src/identity/local-account.ts'
import { SOUND } from '../support/config.ts'
import { ISSUER, testServer, USER } from '../support/server.ts'
import { SURROUNDINGS } from '../support/surroundings.ts'

t.setTimeout(120_000)

const { DATABASE_URL: _, ...SECRETS } = SOUND
const PROGRAM = fileURLToPath(new URL('../../src/commands/manage.ts', import.meta.url))
const here = await testServer(t, SECRETS)
const there = await testServer(t, { ...SECRETS, PASSWORD_PEPPER: randomSecret() })
const folder = t.testdir()
const publicKey = join(folder, 'public.jwk')
const privateKey = join(folder, 'private.jwk')
const pair = await generateKeyPair('ECDH-ES+A256KW', { extractable: true })
await writeFile(publicKey, JSON.stringify(await exportJWK(pair.publicKey)))
await writeFile(privateKey, JSON.stringify(await exportJWK(pair.privateKey)))

interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

type Server = typeof here

function run(args: readonly string[], { config }: Server = here, more: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const env = {
    ...{ ...SURROUNDINGS, ...SECRETS, ISSUER, DATABASE_URL: config.databaseUrl },
    ...{ PASSWORD_PEPPER: config.passwordPepper, ...more },
  }
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, 'user', ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })
}

t.test(
  'lines are what an import reads, and have no hash; a table is for spreadsheets and calculates nothing',
  async (t) => {
    await createAccount(here.db, here.config.passwordPepper, {
      ...{ email: '=cmd@example.com', name: 'Grace, "Amazing" Hopper', password: 'a passphrase' },
    })
    const lines = await run(['export'])
    t.match(lines, { code: 0, stderr: '2 people.\n' })
    const people = lines.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    t.match(
      people.find(({ email }) => email === USER.email),
      {
        ...{ id: here.personId, email_verified: false, language: null, claims: {}, suspended: false },
      },
    )
    t.notMatch(lines.stdout, /\$2b|imported:|password/)
    const file = join(folder, 'people.csv')
    t.match(await run(['export', '--format', 'csv', '--into', file]), { code: 0, stdout: 'Written: 2.\n' })
    const csv = (await readFile(file, 'utf8')).trim().split('\n')
    t.equal(csv[0], '"id","email","email_verified","name","language","status","created_at","groups"\r')
    t.match(
      csv.slice(1).join('\n'),
      /^"usr_[\w-]{22}","'=cmd@example\.com","false","Grace, ""Amazing"" Hopper","","active",/m,
    )
    t.equal((await stat(file)).mode & 0o777, 0o600)
    const { change } = await here.db
      .selectFrom('audit_events')
      .where('outcome', '=', 'exported')
      .select('change')
      .orderBy('seq', 'desc')
      .executeTakeFirstOrThrow()
    t.strictSame(change, { before: [], after: ['people 2'] })
  },
)

t.test('hashes go into a file of its owner’s, and by the private key to another server', async (t) => {
  const file = join(folder, 'people.jwe')
  const exported = await run(['export', '--with-hashes', '--to', publicKey, '--into', file])
  t.match(exported, { code: 0, stdout: /^Written: 2 people with 2 hashes, for the key [\w-]{43}\.\n$/, stderr: '' })
  t.equal((await stat(file)).mode & 0o777, 0o600)
  t.match(await readFile(file, 'utf8'), /^ey[\w-]+\.[\w-]+\.[\w-]+\.[\w-]+\.[\w-]+\n$/)
  await there.db.deleteFrom('people').execute()
  const { db, config } = there
  await db.deleteFrom('retired_subjects').execute()
  t.match(await run(['import', file], there), {
    code: 1,
    stderr: /^Line 1 is encrypted: name the file of the private key/,
  })
  t.match(await run(['import', file, '--key', privateKey], there), {
    ...{ code: 0, stdout: /^Imported: 2, of them with a password: 2\. There already: 0\. Wrong: 0\.\n$/, stderr: '' },
  })
  t.match(await authenticate(db, config, USER, []), { personId: here.personId })
  t.match(await run(['import', file, '--key', privateKey], there), {
    code: 0,
    stdout: /^Imported: 0.*There already: 2/,
  })
})

t.test('a mistake is one line, and writes no file', async (t) => {
  const into = join(folder, 'never.jwe')
  const weak = join(folder, 'weak.jwk')
  await writeFile(weak, JSON.stringify({ kty: 'RSA', n: 'w'.repeat(171), e: 'AQAB' }))
  const hashes = { 'with-hashes': true }
  const rows: readonly (readonly [GivenValues, RegExp])[] = [
    [{ format: 'xml' }, /^--format is ndjson or csv\.$/],
    [hashes, /^--with-hashes and --to go together\.$/],
    [{ to: publicKey }, /^--with-hashes and --to go together\.$/],
    [{ ...hashes, to: publicKey }, /^Name the file for the hashes with --into\.$/],
    [{ ...hashes, to: publicKey, format: 'csv', into }, /^Hashes are written as lines/],
    [{ ...hashes, to: privateKey, into }, /private\.jwk is a private key: give the public half alone/],
    [{ ...hashes, to: weak, into }, /weak\.jwk is an RSA key of 1024 bits; 2048 are the least\.$/],
    [{ ...hashes, to: into, into }, /cannot be read \(ENOENT\)\.$/],
    [{ into: '/nowhere/people' }, /^\/nowhere\/people cannot be written \(ENOENT\)\.$/],
    [{ ...hashes, to: publicKey, into: weak }, /weak\.jwk is there already: name a file that is not\.$/],
  ]
  const client = createManagementClient({
    issuer: ISSUER,
    credentials: 'none',
    fetch: () => Promise.reject(new Error('nothing is asked')),
  })
  const call = { client, issuer: ISSUER, deps: here.deps, args: [], isTerminal: false }
  for (const [values, says] of rows)
    await t.rejects(USER_EXPORT.run({ ...call, values }), { name: 'Mistake', message: says }, JSON.stringify(values))
  const values = { ...hashes, to: publicKey, into }
  await t.rejects(USER_EXPORT.run({ ...call, deps: undefined, values }), {
    message: /^Hashes are exported beside the server/,
  })
  await t.rejects(stat(into), { code: 'ENOENT' })
  await t.rejects(USER_EXPORT.run({ ...call, values: { into } }), /cannot be reached/)
  await t.rejects(stat(into), { code: 'ENOENT' }, 'half a file is in nobody’s way')
  t.match(await run(['export', '--format', 'xml']), { code: 2, stdout: '', stderr: /^--format is ndjson or csv\.\n$/ })
})
