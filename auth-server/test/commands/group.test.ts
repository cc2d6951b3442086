// npm run group: says what it did to whom, and what is wrong.

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import { defineApi } from '../../src/catalogue/apis.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { API, testServer, USER } from '../support/server.ts'

t.setTimeout(60_000)

const file = fileURLToPath(new URL('../../src/commands/group.ts', import.meta.url))
async function run(args: readonly string[], databaseUrl: string) {
  const options = { env: { PATH: process.env.PATH, DATABASE_URL: databaseUrl } }
  return promisify(execFile)(process.execPath, [file, ...args], options).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: unknown) => ({ code: 1, stdout: '', stderr: '', ...Object(error) }),
  )
}

t.test('people are put in by address or id, and taken out', async (t) => {
  const { config, db, personId } = await testServer(t)
  const says = async (...args: string[]) => (await run(args, config.databaseUrl)).stdout
  t.equal(await says('list'), 'No API has named a group yet.\n')
  await defineApi(db, { ...API, tokenGroups: ['staff', 'testers'] }, OPERATOR)
  t.equal(await says('add', 'staff', 'ADA@example.com '), 'ADA@example.com  is now in staff.\n')
  t.equal(await says('add', 'staff', personId), `${personId} was already in staff.\n`)
  t.equal(await says('list'), 'staff: 1 person\ntesters: 0 people\n')
  t.strictSame(JSON.parse(await says('list', '--json')), [
    { name: 'staff', members: 1 },
    { name: 'testers', members: 0 },
  ])
  t.equal(await says('remove', 'staff', personId), `${personId} is no longer in staff.\n`)
  t.equal(await says('remove', 'staff', USER.email), `${USER.email} was not put by an operator into staff.\n`)
})

t.test('what is wrong is a sentence', async (t) => {
  const { config, db } = await testServer(t)
  await defineApi(db, { ...API, tokenGroups: ['staff'] }, OPERATOR)
  const rows: [string[], number, RegExp][] = [
    [[], 2, /^Say list, add GROUP PERSON or remove GROUP PERSON\.\n\nUsage: npm run group/],
    [['add', 'staff'], 2, /^Say list, /],
    [['list', 'staff'], 2, /^Say list, /],
    [['add', 'staff', USER.email, 'more'], 2, /^Say list, /],
    [['constructor', 'staff', USER.email], 2, /^Say list, /],
    [['add', 'stuff', USER.email], 1, /^There is no group stuff\. staff: 0 people\n/],
    [['add', 'staff', 'nobody@example.com'], 1, /^There is no account nobody@example\.com\.\n/],
  ]
  for (const [args, code, stderr] of rows)
    t.match(await run(args, config.databaseUrl), { code, stdout: '', stderr }, args.join(' '))
})
