// npm run audit: what fits and what does not, in sentences and exit codes; a file that is verified without a database.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import t from 'tap'
import { sealAuditLog } from '../../src/audit/seal.ts'
import { obtainTokens } from '../support/phone.ts'
import { testServer } from '../support/server.ts'
import { SURROUNDINGS } from '../support/surroundings.ts'

t.setTimeout(90_000)

const file = fileURLToPath(new URL('../../src/commands/audit.ts', import.meta.url))
async function run(args: readonly string[], databaseUrl?: string) {
  const options = { env: { ...SURROUNDINGS, ...(databaseUrl && { DATABASE_URL: databaseUrl }) } }
  return promisify(execFile)(process.execPath, [file, ...args], options).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: unknown) => ({ code: 1, stdout: '', stderr: '', ...Object(error) }),
  )
}

const { app, config, db } = await testServer(t)
const { databaseUrl } = config
await obtainTokens(app)
await sealAuditLog(db)
await sealAuditLog(db)

t.test('verify, head and export agree; the file is verified without a database', async (t) => {
  const head = (await run(['head'], databaseUrl)).stdout.trim()
  t.match(head, /^\d+:[\w-]{43}$/)
  t.match(await run(['verify', '--head', head], databaseUrl), { code: 0, stdout: `to the head ${head}.\n` })
  const into = join(t.testdir(), 'audit.ndjson')
  t.match(await run(['export', '--into', into], databaseUrl), { code: 0, stderr: `verify --head ${head}` })
  const exported = await readFile(into, 'utf8')
  t.notMatch(exported, '"address":"', 'no address, unless asked for')
  t.match(await run(['verify', '--file', into, '--head', head]), { code: 0, stdout: /^Everything fits: \d+ sealed/ })
  t.match(await run(['export', '--into', into], databaseUrl), { code: 1, stderr: /is there already/ })
  await writeFile(into, exported.replace('"succeeded"', '"withdrawn"'))
  t.match(await run(['verify', '--file', into]), {
    code: 1,
    stdout: '',
    stderr: /^Does not fit: position 7 \(event 7 of /,
  })
  const nowhere = join(into, 'export')
  const moments = ['--from', '2026-01-01T00:00:00Z', '--to', '2026-01-02T00:00:00Z']
  for (const args of [['export'], ['affected', ...moments]])
    t.match(await run([...args, '--into', nowhere], databaseUrl), {
      code: 1,
      stderr: `${nowhere} cannot be written (ENOTDIR).\n`,
    })
  const again = join(t.testdirName, 'again')
  t.match(await run(['export', '--into', again, '--after', '99999'], databaseUrl), { code: 1, stderr: /no position/ })
  t.notOk(existsSync(again), 'what failed is in nobody’s way')
  const all = await run(['export', '--with-details', '--after', '1'], databaseUrl)
  t.match(all.stdout, /"address":"127.0.0.1"/)
  t.notMatch(all.stdout, '"position":2,"hash"', 'the anchor is position 1')
  const { rows } = await sql<{ count: number }>`
    select count(*)::int from audit_events where type = 'audit' and outcome = 'exported' and by_command`.execute(db)
  t.ok((rows[0]?.count ?? 0) >= 2, 'and that it was exported is in the log')
})

t.test('a changed event is named, with exit code 1; what cannot be read is a sentence', async (t) => {
  const trx = await db.startTransaction().execute()
  await sql`alter table audit_events disable trigger all`.execute(trx)
  await sql`update audit_events set outcome = 'refused' where seq = 1`.execute(trx)
  await sql`alter table audit_events enable trigger all`.execute(trx)
  await trx.commit().execute()
  t.match(await run(['verify'], databaseUrl), {
    code: 1,
    stdout: '',
    stderr:
      /^Does not fit: position 1 \(event 1 of [\d-]+T[\d:.]+Z\): the event is not what was sealed\.\nUp to position 0/,
  })
  const folder = t.testdir({ empty: '', other: '{"a":1}\n' })
  t.match(await run(['verify', '--file', join(folder, 'empty')]), { code: 1, stderr: /no JSON object/ })
  t.match(await run(['verify', '--file', join(folder, 'other')]), { code: 1, stderr: /no export of the audit log/ })
  for (const [file, code] of [
    [join(folder, 'none'), 'ENOENT'],
    [folder, 'EISDIR'],
  ] as const)
    t.match(await run(['verify', '--file', file]), { code: 2, stderr: `${file} cannot be read (${code}).\n` })
  for (const wrong of [
    [],
    ['seal'],
    ['verify', '--after', '1'],
    ['verify', '--head', 'x'],
    ['export', '--after', '-1'],
  ])
    t.match(await run(wrong, databaseUrl), { code: 2, stderr: /Usage: npm run audit/ }, wrong.join(' '))
})
