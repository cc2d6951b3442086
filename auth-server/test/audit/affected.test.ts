// After a breach: whom and what something between two moments has touched, narrowed by app, address and key, however many.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import t from 'tap'
import { readAffected } from '../../src/store/queries/affected.ts'
import type { AffectedFilter, AffectedKind, AffectedRow } from '../../src/store/queries/affected-selects.ts'
import { idOf, obtainTokens } from '../support/phone.ts'
import { testServer, USER } from '../support/server.ts'
import { SURROUNDINGS } from '../support/surroundings.ts'

t.setTimeout(120_000)

const command = fileURLToPath(new URL('../../src/commands/audit.ts', import.meta.url))
const { app, config, db, personId, applicationId } = await testServer(t)
const tokens = await obtainTokens(app)
const HOUR = 3600_000
const now = Date.now()
const LATELY = { from: new Date(now - HOUR), to: new Date(now + HOUR) }
const EARLIER = { from: new Date(now - 3 * HOUR), to: new Date(now - 2 * HOUR) }

/** People with an event each, two and a half hours ago: with which app, from where. */
async function addPeople(
  prefix: string,
  count: number,
  { application, address }: { application: string; address: string },
) {
  await sql`
    with person as (
      insert into people (id, kind, name) select ${prefix} || number, 'member', 'Name ' || number
      from generate_series(1, ${count}::int) number returning id, pseudonym
    ), email as (
      insert into email_addresses (person_id, key, address, proof, proven_at, is_primary)
      select id, id || '@example.org', id || '@example.org', 'verified', now(), true from person
    ), event as (
      insert into audit_events (at, type, outcome, person, application_id)
      select now() - interval '2.5 hours', 'sign-in', 'succeeded', pseudonym, ${application} from person returning seq
    )
    insert into audit_details (event_seq, address, expires_at) select seq, ${address}, now() + interval '90 days' from event`.execute(
    db,
  )
}
await addPeople('usr_a', 3, { application: applicationId, address: '192.0.2.7' })
await addPeople('usr_b', 2, { application: 'app_gone', address: '::ffff:198.51.100.4' })

async function read(kind: AffectedKind, filter: AffectedFilter, page?: number): Promise<readonly AffectedRow[]> {
  return db.transaction().execute(async (trx) => {
    const rows: AffectedRow[] = []
    for await (const row of readAffected(trx, kind, filter, page === undefined ? {} : { page })) rows.push(row)
    return rows
  })
}
async function ids(filter: AffectedFilter) {
  return (await read('people', filter)).map(({ id }) => id)
}

t.test('people, applications, logins, addresses and keys of the time, and of no other', async (t) => {
  t.match(await read('people', LATELY), [
    { id: personId, email: USER.email, status: 'active', pseudonym: null, events: 1, logins: 1 },
  ])
  t.match(await read('logins', LATELY), [{ grant_id: idOf(tokens), person_id: personId, client_id: 'shop-app' }])
  t.match(await read('addresses', LATELY), [{ address: '127.0.0.1', people: 1 }])
  const keys = await read('keys', LATELY)
  t.strictSame(
    keys.map(({ alg }) => alg).sort(),
    ['EdDSA', 'ES256', 'RS256'].sort().filter((alg) => keys.some((key) => key.alg === alg)),
  )
  t.ok(keys.length > 1)
  t.strictSame(await ids(EARLIER), ['usr_a1', 'usr_a2', 'usr_a3', 'usr_b1', 'usr_b2'])
  t.strictSame(await read('logins', EARLIER), [], 'a login that was not there yet')
  t.match(await read('applications', EARLIER), [
    { client_id: 'app_gone', name: null, events: 2 },
    { client_id: 'shop-app', events: 3 },
  ])
  t.match(await read('events', EARLIER), [{ type: 'sign-in', outcome: 'succeeded', events: 5, people: 5 }])
  t.strictSame(await ids({ from: new Date(now - 9 * HOUR), to: new Date(now - 8 * HOUR) }), [])
})

t.test('by app, by address or range, by key', async (t) => {
  t.strictSame(await ids({ ...EARLIER, applicationId }), ['usr_a1', 'usr_a2', 'usr_a3'])
  t.strictSame(await ids({ ...EARLIER, clientIp: '192.0.2.0/24' }), ['usr_a1', 'usr_a2', 'usr_a3'])
  t.strictSame(await ids({ ...EARLIER, clientIp: '198.51.100.4' }), ['usr_b1', 'usr_b2'], 'as IPv6 has it, too')
  t.strictSame(await ids({ ...EARLIER, clientIp: '2001:db8::/32' }), [])
  t.strictSame((await read('logins', { ...LATELY, clientIp: '127.0.0.1' })).length, 1)
  t.strictSame(await read('logins', { ...LATELY, clientIp: '192.0.2.7' }), [])
  const key = (alg: string, from: number, to?: number) => ({
    ...{ kid: 'key', alg, from: new Date(now + from) },
    to: to === undefined ? undefined : new Date(now + to),
  })
  t.strictSame(await ids({ ...EARLIER, key: key('ES256', -9 * HOUR) }), ['usr_a1', 'usr_a2', 'usr_a3'])
  t.strictSame(await ids({ ...EARLIER, key: key('PS512', -9 * HOUR) }), [], 'no app has tokens of it')
  t.strictSame(await ids({ ...EARLIER, key: key('ES256', -9 * HOUR, -8 * HOUR) }), [], 'it did not sign any more')
})

t.test('who was erased is told as somebody, a guest who became an account as that account, once', async (t) => {
  const TIME = { from: new Date(now - 6 * HOUR), to: new Date(now - 5 * HOUR) }
  await sql`insert into people (id, kind, status, merged_into) values ('usr_guest', 'guest', 'merged', ${personId})`.execute(
    db,
  )
  await sql`insert into audit_events (at, type, outcome, person)
    select now() - interval '5.5 hours', 'sign-in', 'succeeded', pseudonym from people where id in ('usr_guest', ${personId})
    union all select now() - interval '5.5 hours', 'sign-in', 'succeeded', '00000000-0000-4000-8000-000000000000'`.execute(
    db,
  )
  t.match(await read('people', TIME), [
    { id: personId, email: USER.email, pseudonym: null, events: 2 },
    { id: null, email: null, pseudonym: '00000000-0000-4000-8000-000000000000', events: 1 },
  ])
})

async function run(args: readonly string[], node: readonly string[] = []) {
  const options = { env: { ...SURROUNDINGS, DATABASE_URL: config.databaseUrl }, maxBuffer: 1 << 26 }
  return promisify(execFile)(process.execPath, [...node, command, 'affected', ...args], options).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: unknown) => ({ code: 1, stdout: '', stderr: '', ...Object(error) }),
  )
}
function between({ from, to }: AffectedFilter): string[] {
  return ['--from', from.toISOString(), '--to', to.toISOString()]
}

t.test('as a summary, as lines, as a table for whoever tells people; that somebody asked is an event', async (t) => {
  const { stdout } = await run(between(EARLIER))
  t.match(stdout, /People {11}5\nLogins {11}0\nApplications {5}2\n {2}app_gone \(removed\): 0 logins, 2 events\n/)
  t.match(stdout, /Addresses {8}2\n {2}192\.0\.2\.7: 3 people, 3 events\n/)
  const lines = (await run([...between(LATELY), '--application', 'shop-app', '--json'])).stdout.trim().split('\n')
  t.match(
    lines.map((line: string) => JSON.parse(line)),
    [{ what: 'people', id: personId }, { what: 'applications' }, { what: 'logins' }],
  )
  const into = join(t.testdir(), 'people.csv')
  t.match(await run([...between(EARLIER), '--client-ip', '192.0.2.7', '--csv', 'people', '--into', into]), { code: 0 })
  t.match(await readFile(into, 'utf8'), /^"id","email","name".*\r\n"usr_a1","usr_a1@example\.org","Name 1",/)
  const { kid } = await db.selectFrom('signing_keys').where('alg', '=', 'ES256').select('kid').executeTakeFirstOrThrow()
  t.match(await run([...between(LATELY), '--key', kid]), {
    stdout: new RegExp(`Signing keys {5}1\n {2}${kid} \\(ES256\\)`),
  })
  const asked = await db
    .selectFrom('audit_events')
    .where('type', '=', 'audit')
    .where('by_command', '=', true)
    .selectAll()
    .execute()
  t.equal(asked.length, 4)
  const wrong: readonly (readonly [string[], RegExp, number])[] = [
    [[], /--from is a moment like/, 2],
    [['--from', '2026-11-20', '--to', '2026-11-21'], /--from is a moment like/, 2],
    [['--from', '2026-11-20T00:00:00Z', '--to', '2026-13-21T00:00:00Z'], /--to is a moment like/, 2],
    [['--from', '2026-11-21T00:00:00Z', '--to', '2026-11-20T00:00:00Z'], /--from is before --to/, 2],
    [[...between(LATELY), '--csv', 'cats'], /--csv is one of people, /, 2],
    [[...between(LATELY), '--csv', 'people', '--json'], /not both/, 2],
    [[...between(LATELY), '--client-ip', 'here'], /--client-ip is an address/, 2],
    [[...between(LATELY), '--application', 'unheard-of'], /There is no application unheard-of/, 1],
    [[...between(LATELY), '--key', 'unheard-of'], /There is no signing key unheard-of/, 1],
  ]
  const runs = await Promise.all(wrong.map(([args]) => run(args)))
  for (const [index, [args, says, code]] of wrong.entries())
    t.match(runs[index], { code, stderr: says }, args.join(' '))
})

t.test('however many there are, a page of them at a time', async (t) => {
  // Of people who are erased since: the quickest to make.
  await sql`insert into audit_events (at, type, outcome, person, application_id)
    select now() - interval '2.5 hours', 'sign-in', 'succeeded', gen_random_uuid(), 'app_large'
    from generate_series(1, 40000)`.execute(db)
  const filter = { ...EARLIER, applicationId: 'app_large' }
  t.equal((await read('people', { ...EARLIER, clientIp: '192.0.2.7' }, 1)).length, 3, 'pages of one')
  t.equal((await read('people', { ...EARLIER, clientIp: '192.0.2.7' }, 3)).length, 3, 'pages of all')
  // All of them together take several times that much.
  const { code, stdout, stderr } = await run(
    [...between(filter), '--application', 'app_large', '--csv', 'people'],
    ['--max-old-space-size=40'],
  )
  t.equal(code, 0, stderr.slice(0, 300))
  t.equal(stdout.split('\r\n').length, 40_002)
})
