// npm run role: who has which role, given and taken by the operator, in sentences and in the audit log.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import { hasRole } from '../../src/store/tables/person-roles.ts'
import { insertRolePromise } from '../../src/store/tables/role-promises.ts'
import { machine } from '../support/management.ts'
import { API, testServer, USER } from '../support/server.ts'
import { SURROUNDINGS } from '../support/surroundings.ts'

t.setTimeout(90_000)

const file = fileURLToPath(new URL('../../src/commands/role.ts', import.meta.url))
async function run(args: readonly string[], databaseUrl: string) {
  const options = { env: { ...SURROUNDINGS, DATABASE_URL: databaseUrl } }
  return promisify(execFile)(process.execPath, [file, ...args], options).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: unknown) => ({ code: 1, stdout: '', stderr: '', ...Object(error) }),
  )
}

t.test(
  'roles are given by address or id, listed and taken; the last administrator may go, with a word of it',
  async (t) => {
    const { config, db, personId } = await testServer(t)
    const says = async (...args: string[]) => (await run(args, config.databaseUrl)).stdout
    t.equal(await says('list'), 'Nobody has a role yet.\n')
    t.equal(await says('give', 'administrator', USER.email), `${USER.email} is administrator now.\n`)
    t.equal(await says('give', `approver:${API.id}`, personId), `${personId} is approver:${API.id} now.\n`)
    t.match(await says('give', 'administrator', personId), /^Nothing has changed: usr_\S+ is administrator already/)
    t.equal(await says('list'), `${USER.email}: administrator\n${USER.email}: approver:${API.id}\n`)
    t.equal(
      await says('take', 'administrator', USER.email),
      `${USER.email} is no longer administrator.\nThere is no administrator now. npm run setup makes the next one.\n`,
    )
    t.equal(await says('take', 'developer', USER.email), `${USER.email} was not developer.\n`)
    const events = await db
      .selectFrom('audit_events')
      .where('type', '=', 'role')
      .orderBy('seq')
      .select(['outcome', 'api_id', 'by_command'])
      .execute()
    t.strictSame(events, [
      { outcome: 'administrator-given', api_id: null, by_command: true },
      { outcome: 'approver-given', api_id: API.id, by_command: true },
      { outcome: 'administrator-taken', api_id: null, by_command: true },
    ])
  },
)

t.test('a role that the catalogue file gives is taken away there alone', async (t) => {
  const { app, config, db, personId } = await testServer(t)
  await db
    .transaction()
    .execute((trx) =>
      insertRolePromise(trx, { emailKey: USER.email, address: USER.email, role: 'approver', apiId: API.id }),
    )
  const { code, stderr } = await run(['take', `approver:${API.id}`, USER.email], config.databaseUrl)
  t.equal(code, 1)
  t.equal(stderr, `${USER.email} is approver:${API.id} by catalogue.yml: take it away there. Nothing has changed.\n`)
  const { ask } = await machine({ app, config, db })
  const answer = await ask('DELETE', `/people/${personId}/roles/approver?api_id=${API.id}`)
  t.match(answer.json(), { status: 409, code: 'conflict', detail: /by catalogue\.yml/ })
  const role = { personId, role: 'approver', apiId: API.id } as const
  t.equal(await hasRole(db, role), true)
  t.strictSame(await db.selectFrom('audit_events').where('outcome', '=', 'approver-taken').selectAll().execute(), [])
})

t.test('what is wrong is a sentence', async (t) => {
  const { config } = await testServer(t)
  const rows: [string[], number, RegExp][] = [
    [[], 2, /^Say list, give ROLE PERSON or take ROLE PERSON\.\n\nUsage: npm run role/],
    [['give', 'administrator'], 2, /^Say list, /],
    [['give', 'person', USER.email], 2, /^Say list, /],
    [['give', 'approver', USER.email], 2, /^Say list, /],
    [['give', 'approver:a b', USER.email], 2, /^Say list, /],
    [['constructor', 'administrator', USER.email], 2, /^Say list, /],
    [['list', 'administrator'], 2, /^Say list, /],
    [['give', 'approver:nowhere', USER.email], 1, /^There is no API nowhere\. Nothing has changed\.\n$/],
    [['give', 'administrator', 'nobody@example.com'], 1, /^There is no account nobody@example\.com\.\n/],
  ]
  for (const [args, code, stderr] of rows)
    t.match(await run(args, config.databaseUrl), { code, stdout: '', stderr }, args.join(' '))
})
