// Clients that are remembered for a second: what changes is heard, what cannot be heard is not trusted, and nothing is minted past a revocation.
import { sql } from 'kysely'
import t from 'tap'
import { keepClients } from '../../src/store/kept-clients.ts'
import { findClient } from '../../src/store/queries/clients.ts'
import { suspendRow } from '../../src/store/queries/suspension.ts'
import { readRevocations } from '../../src/store/tables/revocations.ts'
import { clientCredentials, secretClient } from '../support/clients.ts'
import { type TestServer, testServer } from '../support/server.ts'

const CLIENT = 'shop-app'

/** Resolves once the client is remembered. */
async function untilKept({ deps }: TestServer, clientId = CLIENT): Promise<void> {
  const deadline = Date.now() + 10_000
  while (deps.clients.kept(clientId) === undefined) {
    if (Date.now() > deadline) throw new Error('it is not remembered')
    await deps.clients.find(clientId)
  }
}

/** Ends the connection on which the server listens, as a failing network would. */
async function cutListener({ db }: TestServer): Promise<number> {
  const { rows } = await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and query ~ 'pg_notify.*beat_'`.execute(db)
  return rows.length
}

t.test('whatever a client is made of announces its changes', async (t) => {
  const server = await testServer(t, {}, { keepsClients: true })
  const { rows } = await sql<{ name: string }>`select relname as name from pg_trigger
    join pg_class on pg_class.oid = tgrelid where tgname = 'announced' order by relname`.execute(server.db)
  const announced = rows.map(({ name }) => name)
  const queried: string[] = []
  const db = server.db.withPlugin({
    transformQuery({ node }) {
      for (const [, name = ''] of JSON.stringify(node).matchAll(/"IdentifierNode","name":"(\w+)"/g)) queried.push(name)
      return node
    },
    transformResult: async ({ result }) => result,
  })
  await findClient(db, CLIENT)
  const { rows: tables } = await sql<{ name: string }>`select table_name as name from information_schema.tables
    where table_schema = 'public'`.execute(server.db)
  const read = tables.map(({ name }) => name).filter((name) => queried.includes(name) && name !== 'attempts')
  t.strictSame(read.toSorted(), announced)
})

t.test('time never comes from what is remembered', async (t) => {
  const server = await testServer(t, {}, { keepsClients: true })
  await untilKept(server)
  for (let n = 0; n < 30; n++) {
    const kept = server.deps.clients.kept(CLIENT)
    const { rows } = await sql<{ now: number }>`select extract(epoch from clock_timestamp())::float8 as now`.execute(
      server.db,
    )
    if (kept) t.ok(Math.abs(kept.readAt + 0.5 - (rows[0]?.now ?? 0)) < 1, `${kept.readAt} at ${rows[0]?.now}`)
  }
})

t.test('nothing older than a second is told, whatever happens to the connection', async (t) => {
  const server = await testServer(t, {}, { keepsClients: true })
  await untilKept(server)
  /** When each name was replaced by the next one, by this process's clock: committed at the latest then. */
  const replacedAt: number[] = []
  let changing = true
  const change = async () => {
    for (let n = 1; n <= 30; n++) {
      await server.db
        .updateTable('applications')
        .set({ name: String(n) })
        .where('client_id', '=', CLIENT)
        .execute()
      replacedAt.push(performance.now())
      await server.deps.clients.find(CLIENT)
      if (n % 15 !== 10) continue
      await untilKept(server)
      t.equal(await cutListener(server), 1)
    }
    changing = false
  }
  let remembered = 0
  const look = async () => {
    while (changing) {
      const began = performance.now()
      const kept = server.deps.clients.kept(CLIENT)
      if (kept) remembered++
      const name = Number(kept?.name ?? Number.NaN)
      const age = began - (replacedAt[name] ?? began)
      if (age > 1000) t.fail(`${name} was told ${age} ms after it had been replaced`)
      await new Promise(setImmediate)
    }
  }
  await Promise.all([change(), look()])
  t.ok(remembered > 0)
})

t.test('a change is heard without anybody asking the database', async (t) => {
  const server = await testServer(t, {}, { keepsClients: true })
  await untilKept(server)
  await server.db.updateTable('applications').set({ name: 'Renamed' }).where('client_id', '=', CLIENT).execute()
  const began = performance.now()
  while (server.deps.clients.kept(CLIENT) !== undefined) {
    if (performance.now() - began > 900) throw new Error('it was not heard')
    await new Promise(setImmediate)
  }
  t.match(await server.deps.clients.find(CLIENT), { name: 'Renamed' })
})

t.test('a client that is suspended, raced: no token outlives what gateways are told', async (t) => {
  for (const heard of [true, false])
    await t.test(heard ? 'heard' : 'while the connection is gone', async (t) => {
      const server = await testServer(t, {}, { keepsClients: true })
      const machine = await secretClient(server, { clientId: 'machine', name: 'Machine' })
      await untilKept(server, 'machine')
      const issuedAt: number[] = []
      let refused = 0
      const mint = async () => {
        while (refused < 16) {
          const answer = await clientCredentials(server.app, machine.headers)
          if (answer.statusCode !== 200) refused++
          else
            issuedAt.push(JSON.parse(Buffer.from(answer.json().access_token.split('.')[1], 'base64url').toString()).iat)
        }
      }
      const suspend = async () => {
        while (issuedAt.length < 50) await new Promise(setImmediate)
        if (!heard) await cutListener(server)
        await server.db.transaction().execute((trx) => suspendRow(trx, 'applications', machine.applicationId))
      }
      await Promise.all([suspend(), ...Array.from({ length: 8 }, mint)])
      const { revocations } = await readRevocations(server.db, undefined, { limit: 100, sinceSeconds: 600 })
      const until = revocations.flatMap(({ kind, data }) => (kind === 'client' ? [data.issued_until] : []))
      t.ok(issuedAt.length >= 50)
      t.ok(Math.max(...issuedAt) <= Math.max(...until), `${Math.max(...issuedAt)} until ${until}`)
    })
})

t.test('who guesses is not helped by what is remembered', async (t) => {
  const server = await testServer(t, {}, { keepsClients: true })
  const machine = await secretClient(server, { clientId: 'machine', name: 'Machine' })
  await untilKept(server, 'machine')
  t.equal((await clientCredentials(server.app, machine.headers)).statusCode, 200)
  const wrong = { authorization: `Basic ${Buffer.from('machine:wrong').toString('base64')}` }
  for (let n = 0; n < 10; n++) await clientCredentials(server.app, wrong)
  t.equal((await clientCredentials(server.app, machine.headers)).statusCode, 429)
})

t.test('who guesses locks nobody else out: the wait of one address is not that of another', async (t) => {
  const server = await testServer(t, {}, { keepsClients: true })
  const machine = await secretClient(server, { clientId: 'machine', name: 'Machine' })
  await untilKept(server, 'machine')
  const ask = (remoteAddress: string, headers: Readonly<{ authorization: string }>) =>
    server.app.inject({
      method: 'POST',
      url: '/token',
      remoteAddress,
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'grant_type=client_credentials',
    })
  const wrong = { authorization: `Basic ${Buffer.from('machine:wrong').toString('base64')}` }
  for (let n = 0; n < 12; n++) await ask('192.0.2.1', wrong)
  for (let n = 0; n < 5; n++) {
    t.equal((await ask('192.0.2.1', wrong)).statusCode, 429)
    t.equal((await ask('192.0.2.2', machine.headers)).statusCode, 200)
  }
})

t.test('that a secret is used is not announced; whatever else is read of an application is', async (t) => {
  const { db } = await testServer(t)
  const { rows } = await sql<{ name: string; announced: boolean }>`
    select attname as name, attnum = any (tgattr::int2[]) as announced
    from pg_attribute join pg_trigger on tgrelid = attrelid and tgname = 'announced'
    where attrelid = 'applications'::regclass and attnum > 0 and not attisdropped`.execute(db)
  t.strictSame(
    rows
      .filter(({ announced }) => !announced)
      .map(({ name }) => name)
      .toSorted(),
    ['previous_secret_used_at', 'secret_used_at'],
  )
})

t.test('a server whose database stands still can be stopped', async (t) => {
  const server = await testServer(t)
  const clients = keepClients(server.db, server.config.databaseUrl, () => {})
  while (clients.kept(CLIENT) === undefined) await clients.find(CLIENT)
  const { rows } = await sql<{ pid: number }>`select pid from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and query ~ 'pg_notify.*beat_'`.execute(server.db)
  for (const { pid } of rows) process.kill(pid, 'SIGSTOP')
  try {
    await clients.close()
    t.equal(clients.kept(CLIENT), undefined)
  } finally {
    for (const { pid } of rows) process.kill(pid, 'SIGCONT')
  }
})
