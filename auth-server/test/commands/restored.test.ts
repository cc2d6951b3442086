// npm run restored: after a backup came back, nobody is signed in by what has ended since, and who was deleted since is gone.
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import { BY_COMMAND } from '../../src/audit/context.ts'
import { sealAuditLog } from '../../src/audit/seal.ts'
import { randomSecret } from '../../src/crypto/random.ts'
import { eraseAccount } from '../../src/identity/deletion.ts'
import { newPerson, PASSWORD } from '../support/administrator.ts'
import { Browser } from '../support/browser.ts'
import { restoredCopy } from '../support/database.ts'
import { authorizeUrl, logIn, obtainTokens, pkcePair, refresh } from '../support/phone.ts'
import { instanceWith } from '../support/second-instance.ts'
import { testServer } from '../support/server.ts'
import { SURROUNDINGS } from '../support/surroundings.ts'

t.setTimeout(90_000)

const commands = fileURLToPath(new URL('../../src/commands/', import.meta.url))
async function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return promisify(execFile)(process.execPath, [join(commands, command), ...args], {
    env: { ...SURROUNDINGS, ...env },
  }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: unknown) => ({ code: 1, stdout: '', stderr: '', ...Object(error) }),
  )
}

const secrets = {
  PASSWORD_PEPPER: randomSecret(32),
  TOKEN_SECRET: randomSecret(32),
  COOKIE_SECRET: randomSecret(32),
  KEY_ENCRYPTION_KEY: randomSecret(32),
}
const server = await testServer(t, secrets)
const { app, db, config } = server
const eve = await newPerson(server, 'eve@example.com')
const { refresh_token: first } = await obtainTokens(app)
const kids = server.keys.jwks.keys.map(({ kid }) => kid)
const copy = await restoredCopy(t, config.databaseUrl)
const env = { DATABASE_URL: copy, KEY_ENCRYPTION_KEY: secrets.KEY_ENCRYPTION_KEY }

const audit = join(t.testdir(), 'audit.ndjson')

t.test('after the backup a login goes on, somebody is erased, and the audit log is exported', async (t) => {
  t.equal((await refresh(app, first)).statusCode, 200)
  t.ok(await eraseAccount(db, undefined, eve, BY_COMMAND, async () => {}))
  await sealAuditLog(db)
  await sealAuditLog(db)
  t.match(await run('audit.ts', ['export', '--into', audit], { DATABASE_URL: config.databaseUrl }), { code: 0 })
})

t.test('it wants to be told who was erased, and changes nothing by a file that is no export', async (t) => {
  t.match(await run('restored.ts', [], env), { code: 2, stderr: /^Say who was erased since the backup/ })
  const other = join(t.testdir(), 'other.ndjson')
  await writeFile(other, '{"a":1}\n')
  t.match(await run('restored.ts', ['--audit', other], env), { code: 1, stderr: /^This is no export of the audit log/ })
  t.match(await run('restored.ts', ['--audit', join(t.testdir(), 'none')], env), {
    code: 2,
    stderr: /none cannot be read \(ENOENT\)\.\n/,
  })
})

t.test('every login ends, all keys are new, who was erased is erased again, and people sign in anew', async (t) => {
  const done = await run('restored.ts', ['--audit', audit], env)
  t.match(done, { code: 0, stdout: /^Ended logins: 1, browser sessions: 1\. Erased again: 1\.\n/ }, done.stderr)
  const { app: there, deps, db } = await instanceWith(t, server, { ...secrets, DATABASE_URL: copy })
  t.match((await refresh(there, first)).json(), { error: 'invalid_grant' })
  t.notOk(
    deps.keys.jwks.keys.some(({ kid }) => kids.includes(kid)),
    'no key of before signs, or counts',
  )
  t.strictSame(await db.selectFrom('people').where('id', '=', eve).selectAll().execute(), [])
  const browser = new Browser(there)
  const page = await browser.open(authorizeUrl(pkcePair().challenge))
  t.match(await logIn(browser, page, { email: 'eve@example.com', password: PASSWORD }), { statusCode: 422 })
  const { refresh_token: again } = await obtainTokens(there)
  t.equal((await refresh(there, again)).statusCode, 200)
  const events = await db
    .selectFrom('audit_events')
    .where('type', '=', 'database')
    .select(['outcome', 'by_command'])
    .execute()
  t.strictSame(events, [{ outcome: 'restored', by_command: true }])
})

t.test('it can be run again', async (t) => {
  t.match(await run('restored.ts', ['--audit', audit], env), { code: 0, stdout: /Erased again: 0\./ })
  t.match(await run('restored.ts', ['--without-deletions'], env), { code: 0, stdout: /^Ended logins: 0/ })
})
