// The audit log is sealed: whatever is changed of it afterwards is found, what is erased of people by right is not.
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { endOldEvents } from '../../src/audit/end.ts'
import { exportChain, verifyExported } from '../../src/audit/exported-chain.ts'
import { headTeller, headText, readHeadText } from '../../src/audit/head.ts'
import { record } from '../../src/audit/record.ts'
import { makeSeals, sealAuditLog } from '../../src/audit/seal.ts'
import { verifyDatabase, verifyIn } from '../../src/audit/verify-database.ts'
import { randomSecret } from '../../src/crypto/random.ts'
import { createAccount } from '../../src/identity/local-account.ts'
import { removeObsoleteRows } from '../../src/store/cleanup.ts'
import { type Db, openDatabase, type Trx } from '../../src/store/database.ts'
import { erasePerson } from '../../src/store/person.ts'
import { appendSeals, holdChain, listUnsealed } from '../../src/store/queries/seal-events.ts'
import { readHead } from '../../src/store/queries/sealed-events.ts'
import type { ChainPoint } from '../../src/store/tables/audit-seals.ts'
import { upgradeDatabase } from '../../src/store/upgrade.ts'
import { testDatabase, turnClock } from '../support/database.ts'
import { USER } from '../support/server.ts'
import { twoRoles } from '../support/two-roles.ts'

const CONTEXT = { requestId: 'request', address: '192.0.2.1', userAgent: 'Shop/1.0' }
const DAY = 24 * 3600

function open(t: Test, url: string, connections = 4): Db {
  const db = openDatabase(url, () => {}, { connections })
  t.teardown(() => db.destroy())
  return db
}

async function addEvents(db: Db, count: number): Promise<void> {
  for (let index = 0; index < count; index++)
    await record(db, { type: 'client-registration', outcome: 'succeeded', applicationId: `app_${index}` }, CONTEXT)
}

/** A log of ten sealed events, with numbers from 1 to 11: one was taken back. */
async function sealedLog(t: Test): Promise<Db> {
  const db = open(t, await testDatabase(t))
  await addEvents(db, 8)
  const undone = await db.startTransaction().execute()
  await addEvents(undone, 1)
  await undone.rollback().execute()
  await addEvents(db, 2)
  t.equal(await sealAuditLog(db), 10)
  t.equal(await sealAuditLog(db), 0)
  t.match(await verifyDatabase(db), { count: 10, misfit: undefined, unsealed: 0 })
  return db
}

async function linesOf(db: Db, options: Partial<Parameters<typeof exportChain>[2]> = {}): Promise<string[]> {
  const lines: string[] = []
  await exportChain(db, async (line) => void lines.push(line), { withDetails: true, ...options })
  return lines
}
async function* each(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines
}

/** What is done to the log, where it is found first, and how it is said. */
const TAMPERED: Readonly<Record<string, readonly [says: RegExp, position: number, ...how: readonly string[]]>> = {
  'a changed event': [/is not what was sealed/, 5, `update audit_events set outcome = 'created' where seq = 5`],
  'a changed moment': [/is not what was sealed/, 5, `update audit_events set at = at + interval '1 us' where seq = 5`],
  'another change, with another member': [
    /is not what was sealed/,
    5,
    `update audit_events set change = '{"before":[],"after":[],"x":1}' where seq = 5`,
  ],
  'a changed address': [/address or user agent/, 5, `update audit_details set address = '::1' where event_seq = 5`],
  'an address for an event that had none': [
    /was not there when it was sealed/,
    5,
    `update audit_seals set details_hash = null where position = 5`,
    ...rehash(5),
  ],
  'an event deleted in the middle': [/not there any more/, 5, `delete from audit_events where seq = 5`],
  'an event deleted with its seal': [
    /does not follow position 4/,
    6,
    `delete from audit_events where seq = 5`,
    `delete from audit_seals where position = 5`,
  ],
  'the same, and the others moved up': [
    /its hash is not/,
    5,
    `delete from audit_events where seq = 5`,
    `delete from audit_seals where position = 5`,
    `update audit_seals set position = -position where position > 5`,
    `update audit_seals set position = -position - 1 where position < 0`,
  ],
  'the newest ones deleted with their seals': [
    /goes on to this one/,
    10,
    `delete from audit_events where seq > 7`,
    `delete from audit_seals where position > 7`,
  ],
  'an event before all others': [
    /never sealed/,
    -1,
    `insert into audit_events (seq, type, outcome) overriding system value values (-1, 'sign-in', 'succeeded')`,
  ],
  'an event inserted among the others': [
    /never sealed/,
    -1,
    `insert into audit_events (seq, type, outcome) overriding system value values (9, 'sign-in', 'succeeded')`,
  ],
  'two events swapped': [
    /is not what was sealed/,
    4,
    `update audit_events set application_id = case seq when 4 then 'app_4' else 'app_3' end where seq in (4, 5)`,
  ],
  'two seals swapped': [
    /its hash is not/,
    4,
    `update audit_seals set position = -9 where position = 4`,
    `update audit_seals set position = 4 where position = 5`,
    `update audit_seals set position = 5 where position = -9`,
  ],
  'the first ones deleted with their seals': [
    /does not follow position 0/,
    4,
    `delete from audit_events where seq < 4`,
    `delete from audit_seals where position < 4`,
  ],
  'another beginning': [/another beginning/, 0, `update audit_chain set anchor_hash = 'elsewhere'`],
}

/** A seal whose own hash is right again, as only one who knows this code makes it; here by the hash function of PostgreSQL. */
function rehash(position: number): readonly string[] {
  return [
    `update audit_seals seal set hash = translate(rtrim(encode(sha256(convert_to(format(
       '["audit seal 1","%s",%s,"%s","%s",%s,"%s",null]',
       (select hash from audit_seals where position = seal.position - 1), position, event_seq,
       to_char(at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), ends::text, event_hash), 'utf8')), 'base64'), '='), '+/', '-_')
     where position = ${position}`,
  ]
}

t.test('whatever is changed, deleted, inserted or swapped is found, and the first of it named', async (t) => {
  const db = await sealedLog(t)
  for (const [name, [says, position, ...how]] of Object.entries(TAMPERED)) {
    // As somebody does who owns the tables and stops at nothing; taken back for the next one.
    const trx = await db.startTransaction().execute()
    for (const table of ['audit_events', 'audit_seals'])
      await sql`alter table ${sql.table(table)} disable trigger all`.execute(trx)
    for (const statement of how) await sql.raw(statement).execute(trx)
    const { misfit } = await verifyIn(trx)
    t.match(misfit?.problem, says, name)
    t.equal(misfit?.position ?? -1, position, name)
    await trx.rollback().execute()
  }
  t.match(await verifyDatabase(db), { count: 10, misfit: undefined })
})

t.test(
  'newest events cut off with everything that tells of them are missed by a head that was noted elsewhere',
  async (t) => {
    const db = await sealedLog(t)
    const head = await readHead(db)
    const told: unknown[] = []
    const tell = headTeller(db, { info: (fields) => told.push(fields) })
    await tell()
    await tell()
    t.strictSame(told, [{ head: headText(head) }], 'the log is told once')
    t.strictSame(readHeadText(headText(head)), head)
    const trx = await db.startTransaction().execute()
    for (const table of ['audit_events', 'audit_seals'])
      await sql`alter table ${sql.table(table)} disable trigger all`.execute(trx)
    await sql`delete from audit_events where seq > 7`.execute(trx)
    await sql`delete from audit_seals where position > 7`.execute(trx)
    await sql`update audit_chain set head_position = 7, reaches = 7, settled = 7,
    head_hash = (select hash from audit_seals where position = 7)`.execute(trx)
    t.match(await verifyIn(trx), { count: 7, misfit: undefined }, 'nothing in the database tells')
    t.match((await verifyIn(trx, [head])).misfit, { position: 10, problem: /there was more/ })
    await sealAuditLogIn(trx)
    t.match(
      (await verifyIn(trx, [head])).misfit,
      { position: 10, problem: /another chain/ },
      'nor do others fill the place',
    )
    await trx.rollback().execute()
    t.match(await verifyDatabase(db, [head]), { misfit: undefined })
  },
)

async function sealAuditLogIn(trx: Trx): Promise<void> {
  await addEvents(trx, 3)
  const held = await holdChain(trx)
  if (!held) throw new Error('the chain is held')
  await appendSeals(trx, await makeSeals(trx, held, await listUnsealed(trx, '7', 10)))
}

t.test('who is erased is gone from the details; what is left still fits, sealed before or after', async (t) => {
  const db = open(t, await testDatabase(t))
  const personId = (await createAccount(db, randomSecret(), USER)) ?? ''
  const signOut = () => record(db, { type: 'sign-out', outcome: 'succeeded', personId }, CONTEXT)
  await signOut()
  await sealAuditLog(db)
  const { salt } = await db.selectFrom('audit_details').select('salt').executeTakeFirstOrThrow()
  t.match(salt, /^[\w-]{22}$/)
  await signOut()
  const exported = await linesOf(db)
  await erasePerson(db, personId)
  t.strictSame(await db.selectFrom('audit_details').selectAll().execute(), [])
  await sealAuditLog(db)
  t.match(await verifyDatabase(db), { count: 2, misfit: undefined })
  const after = (await linesOf(db)).join()
  t.notMatch(after, CONTEXT.address)
  t.notOk(after.includes(salt ?? ''), 'nor is the salt left, by which addresses could be tried')
  t.match(await verifyExported(each(exported)), { count: 1, misfit: undefined })
})

t.test('details that are just being erased keep nobody waiting, and are not sealed before it is decided', async (t) => {
  const db = open(t, await testDatabase(t))
  await addEvents(db, 2)
  const erasing = await db.startTransaction().execute()
  await erasing.deleteFrom('audit_details').where('event_seq', '=', '1').execute()
  t.equal(await sealAuditLog(db), 0)
  await erasing.rollback().execute()
  t.equal(await sealAuditLog(db), 2)
  t.match(await verifyDatabase(db), { count: 2, misfit: undefined })
})

t.test('an event that is committed late, with a smaller number than sealed ones, is sealed', async (t) => {
  const db = open(t, await testDatabase(t), 8)
  const late = await db.startTransaction().execute()
  await addEvents(late, 1)
  const undone = await db.startTransaction().execute()
  await addEvents(undone, 1)
  await addEvents(db, 3)
  t.equal(await sealAuditLog(db), 3)
  t.equal(await sealAuditLog(db, { portion: 1 }), 0)
  await addEvents(db, 2)
  t.equal(await sealAuditLog(db, { portion: 1 }), 2, 'others do not wait for it')
  const { settled } = await chain(db)
  t.equal(settled, '0', 'but nothing is taken for complete')
  await undone.rollback().execute()
  await late.commit().execute()
  t.equal(await sealAuditLog(db, { portion: 1 }), 1)
  await sealAuditLog(db)
  t.match(await verifyDatabase(db), { count: 6, misfit: undefined, unsealed: 0 })
  t.match(await chain(db), { settled: '7' })
  const seqs = await db.selectFrom('audit_seals').select('event_seq').orderBy('position').execute()
  t.strictSame(
    seqs.map(({ event_seq }) => event_seq),
    ['3', '4', '5', '6', '7', '1'],
  )
})

function chain(db: Db) {
  return db.selectFrom('audit_chain').selectAll().executeTakeFirstOrThrow()
}

t.test('raced: transactions that end in any order, beside two instances that seal', async (t) => {
  const url = await testDatabase(t)
  const [db, first, second] = [open(t, url, 20), open(t, url), open(t, url)]
  const WRITERS = 8
  const ROUNDS = 12
  let writing = WRITERS
  const write = async (writer: number) => {
    for (let round = 0; round < ROUNDS; round++) {
      const trx = await db.startTransaction().execute()
      await addEvents(trx, 1 + ((writer + round) % 3))
      // The number is taken: then it is decided some statements later, or when events after it are sealed already.
      if (writer === 0) await untilLater()
      else for (let pause = 0; pause < (writer * 7 + round * 3) % 11; pause++) await sql`select 1`.execute(trx)
      await ((writer + round) % 5 === 0 ? trx.rollback() : trx.commit()).execute()
    }
    writing -= 1
  }
  const untilLater = async () => {
    await addEvents(db, 1)
    const { rows } = await sql<{ seq: string }>`select max(seq) as seq from audit_events`.execute(db)
    const sealed = db
      .selectFrom('audit_seals')
      .where('event_seq', '>=', rows[0]?.seq ?? '0')
      .select('position')
    while (!(await sealed.executeTakeFirst()));
  }
  const seal = async (instance: Db) => {
    let sealed = 0
    while (writing > 0) sealed += await sealAuditLog(instance, { portion: 7 })
    return sealed
  }
  const [one, two] = await Promise.all([
    seal(first),
    seal(second),
    ...Array.from({ length: WRITERS }, (_, n) => write(n)),
  ])
  const rest = (await sealAuditLog(db)) + (await sealAuditLog(db))
  const { rows } = await sql<{ count: number }>`select count(*)::int from audit_events`.execute(db)
  t.equal((one ?? 0) + (two ?? 0) + rest, rows[0]?.count, 'each once')
  t.match(await verifyDatabase(db), { count: rows[0]?.count, misfit: undefined, unsealed: 0 })
  const { settled, reaches } = await chain(db)
  t.equal(settled, reaches, 'nobody is waited for any more')
  const { rows: order } = await sql<{ late: number }>`
    select count(*)::int as late from (select event_seq < max(event_seq) over (order by position) as is_late from audit_seals) each
    where is_late`.execute(db)
  t.ok((order[0]?.late ?? 0) > 0, 'and some did come late')
})

t.test('a long backlog is sealed portion by portion, and the chain is complete as far as it is sealed', async (t) => {
  const db = open(t, await testDatabase(t))
  await addEvents(db, 50)
  for (const settled of ['0', '40']) {
    t.equal(await sealAuditLog(db, { portion: 1 }), 20, 'in one run')
    t.match(await chain(db), { settled, reaches: '50' })
  }
  t.equal(await sealAuditLog(db), 10)
  t.match(await verifyDatabase(db), { count: 50, misfit: undefined, unsealed: 0 })
  t.equal(await sealAuditLog(db, { signal: AbortSignal.abort() }), 0)
})

t.test('an exported file is verified by itself, as much as the database', async (t) => {
  const db = await sealedLog(t)
  const head = await readHead(db)
  const lines = await linesOf(db)
  const verify = (changed: readonly string[], noted?: readonly ChainPoint[]) => verifyExported(each(changed), noted)
  t.match(await verify(lines, [head]), { count: 10, misfit: undefined, head })
  const part = await linesOf(db, { after: 4, withDetails: false })
  t.match(await verify(part, [head, { position: 2, hash: head.hash }]), {
    ...{ count: 6, anchor: { position: 4 }, misfit: undefined },
    endedHeads: [{ position: 2 }],
  })
  t.notMatch(part.join(), CONTEXT.address)
  t.match((await verify(part, [{ position: 4, hash: head.hash }])).misfit, { position: 4, problem: /not the head/ })
  await t.rejects(linesOf(db, { after: 99 }), /no position 99: the chain goes from 0 to 10/)
  const [first = '', ...rest] = lines
  const [second = '', third = ''] = rest
  const rows: readonly (readonly [name: string, lines: readonly string[], position: number, says: RegExp])[] = [
    ['cut off', lines.slice(0, 6), 5, /cut off/],
    ['newest left out', [...lines.slice(0, 6), lines.at(-1) ?? ''], 10, /end at position 5/],
    ['one left out', [first, second, ...rest.slice(2)], 3, /does not follow/],
    ['two swapped', [first, third, second, ...rest.slice(2)], 2, /does not follow/],
    ['an event changed', lines.map((line) => line.replace('app_4', 'app_9')), 5, /not what was sealed/],
    ['an address changed', lines.map((line) => line.replace('192.0.2.1', '192.0.2.9')), 1, /address/],
    [
      'the event taken away',
      lines.map((line) => line.replace(/"event":\{.*\},"details"/, '"event":null,"details"')),
      1,
      /not there/,
    ],
  ]
  for (const [name, changed, position, says] of rows)
    t.match((await verify(changed)).misfit, { position, problem: says }, name)
  for (const broken of [[], ['{}'], ['[1]'], [first, '{"x":1}'], [first, second, 'x'], [...lines, second]])
    await t.rejects(verify(broken), { name: 'NotExported' })
})

t.test('what is older than the operator wants ends from the beginning; the rest still fits', async (t) => {
  const { owner, server } = await twoRoles(t)
  await upgradeDatabase({ databaseUrl: server, migrationDatabaseUrl: owner }, { onError() {}, onWait() {} })
  const db = open(t, server)
  const clock = open(t, owner)
  await addEvents(db, 3)
  await record(db, { type: 'sign-in', outcome: 'wrong-credentials' }, CONTEXT)
  await sealAuditLog(db)
  await sealAuditLog(db)
  const old = await readHead(db)
  const early = await clock.startTransaction().execute()
  await sql`alter table audit_events disable trigger user`.execute(early)
  await sql`delete from audit_events where outcome = 'wrong-credentials'`.execute(early)
  const tooEarly = { position: 4, problem: /not there any more/ }
  t.match((await verifyIn(early)).misfit, tooEarly, 'before its time it may not go either')
  await early.rollback().execute()
  await turnClock(t, clock, 91 * DAY)
  t.equal((await removeObsoleteRows(db)).audit_events, 1, 'the wrong sign-in of nobody')
  await addEvents(db, 4)
  await sealAuditLog(db)
  await sealAuditLog(db)
  t.match(await verifyDatabase(db, [old]), { count: 8, misfit: undefined }, 'whose seal stands')
  t.equal(await endOldEvents(db, 100), 0)
  await turnClock(t, clock, 101 * DAY)
  t.equal(await endOldEvents(db, 100, { batch: 3 }), 4)
  t.equal(await endOldEvents(db, 100), 0)
  await sealAuditLog(db)
  await sealAuditLog(db)
  t.match(await verifyDatabase(db, [old]), { anchor: { position: 4 }, misfit: undefined }, 'the old head is the anchor')
  t.match((await verifyDatabase(db, [{ position: 4, hash: 'another' }])).misfit, { position: 4 })
  const left = await db.selectFrom('audit_events').select(['type', 'outcome', 'change']).orderBy('seq').execute()
  t.strictSame(
    left.map(({ type }) => type),
    [...Array(4).fill('client-registration'), 'audit', 'audit'],
  )
  t.strictSame(left.at(-1)?.change, { before: [left.at(-2)?.change?.after[0]], after: [headText(old)] })
  await turnClock(t, clock, 400 * DAY)
  t.equal(await endOldEvents(db, 100), 6, 'all of it')
  await sealAuditLog(db)
  t.match(await verifyDatabase(db), { count: 1, misfit: undefined, unsealed: 0 }, 'but for the event that says so')
  await t.rejects(sql`select end_old_audit(89, 10)`.execute(db), /90 days/)
})

t.test('nobody ends, changes or forges a part of the chain, whichever role is used', async (t) => {
  const { owner, server } = await twoRoles(t)
  await upgradeDatabase({ databaseUrl: server, migrationDatabaseUrl: owner }, { onError() {}, onWait() {} })
  for (const [url, clock] of [
    [server, owner],
    [await testDatabase(t), undefined],
  ] as const) {
    const db = open(t, url)
    await addEvents(db, 3)
    await sealAuditLog(db)
    await sealAuditLog(db)
    await turnClock(t, clock === undefined ? db : open(t, clock), 200 * DAY)
    const ways = {
      'a changed seal': sql`update audit_seals set hash = 'x'`,
      'all seals gone': sql`truncate audit_seals`,
      'the newest seal gone': sql`delete from audit_seals where position = 3`,
      'the oldest seal gone': sql`delete from audit_seals where position = 1`,
      'an event whose seal stands': sql`delete from audit_events where seq = 1`,
      ...(clock === undefined
        ? {}
        : {
            'another beginning': sql`update audit_chain set anchor_position = 2`,
            'no chain at all': sql`delete from audit_chain`,
          }),
    }
    for (const [name, way] of Object.entries(ways)) await t.rejects(way.execute(db), { code: /^(42501|23001)$/ }, name)
    t.match(await verifyDatabase(db), { count: 3, misfit: undefined })
  }
})
