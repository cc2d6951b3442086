// People who move, at the management API: one with a hash that signs them in, and everybody as an import reads them; by whose leave.
import { createManagementClient } from '@mobile-api-gateway/sdk/management/index.ts'
import t from 'tap'
import { authenticate } from '../../src/identity/local-account.ts'
import { insertRolePromise } from '../../src/store/tables/role-promises.ts'
import { FOREIGN, FOREIGN_PASSWORD } from '../support/foreign-hashes.ts'
import { machine } from '../support/management.ts'
import { storedPassword } from '../support/people.ts'
import { inRole } from '../support/portal-actor.ts'
import { API, testServer, USER } from '../support/server.ts'

const server = await testServer(t)
const { db, config, app } = server
await db.insertInto('groups').values({ name: 'staff' }).execute()
const plain = await machine(server, ['people:read', 'people:write'])
const full = await machine(server)
const hash = FOREIGN[0]?.[1] ?? ''

function post(by: typeof plain, body: unknown) {
  return by.ask('POST', '/imported-people', { body })
}

function signsIn(email: string, password = FOREIGN_PASSWORD) {
  return authenticate(db, config, { email, password }, [])
}

t.test(
  'by the SDK: somebody with a hash of each kind signs in as before, and by our own hash from then on',
  async (t) => {
    const { clientId, clientSecret } = plain
    const client = createManagementClient({
      ...{ issuer: config.issuer, credentials: { clientId, clientSecret } },
      async fetch(url, init) {
        const { method, headers, body } = new Request(url, init)
        const payload = body === null ? undefined : Buffer.from(await new Response(body).arrayBuffer())
        const { pathname, search } = new URL(url)
        const sent = { url: pathname + search, headers: Object.fromEntries(headers), ...(payload && { payload }) }
        const answer = await app.inject({ ...sent, method: method === 'POST' ? 'POST' : 'GET' })
        const type = { 'content-type': String(answer.headers['content-type']) }
        return new Response(answer.body, { status: answer.statusCode, headers: type })
      },
    })
    for (const [index, [kind, password_hash]] of FOREIGN.entries()) {
      const email = `f${index}@example.com`
      const made = await client.people.import({ email, name: 'Grace', claims: { given_name: 'Grace' }, password_hash })
      t.match(made, { email, email_verified: false, name: 'Grace', claims: { given_name: 'Grace' }, status: 'active' })
      t.notMatch(JSON.stringify(made), /hash|\$/)
      t.equal(await signsIn(email, 'wrong'), undefined, kind)
      t.equal((await signsIn(email))?.personId, made.id, kind)
      t.match(await storedPassword(db, made.id), { hash: /^\$2b\$/ }, `${kind} is ours now`)
    }
    const events = await db
      .selectFrom('audit_events')
      .where('outcome', '=', 'imported')
      .select(['type', 'by_command', 'actor_application_id'])
      .execute()
    t.equal(events.length, FOREIGN.length)
    t.match(events[0], { type: 'account', by_command: false, actor_application_id: /./ })
  },
)

t.test('a hash that would cost too much, is guessed too quickly, or is none is refused with a sentence', async (t) => {
  const { clientId: _, ...rest } = { clientId: '', email: 'greedy@example.com' }
  const rows: readonly (readonly [unknown, RegExp])[] = [
    [`$2b$31$${'A'.repeat(53)}`, /^password_hash is bcrypt of cost 31, and 14 is the most/],
    [`$argon2id$v=19$m=4194304,t=1,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`, /Argon2 with 4194304 KiB/],
    [`$argon2id$v=19$m=65536,t=4294967295,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`, /passes/],
    [`$scrypt$ln=31,r=8,p=1$AAAA$${'A'.repeat(43)}`, /scrypt with N=2147483648/],
    [`$pbkdf2-sha256$i=999999999999$AAAA$${'A'.repeat(43)}`, /PBKDF2 of 999999999999 rounds/],
    ['5f4dcc3b5aa765d61d8327deb882cf99', /so quick that passwords are guessed/],
    ['secret', /is none of bcrypt, Argon2, scrypt and PBKDF2/],
    [`$2b$04$${'A'.repeat(20)}\u0000${'A'.repeat(32)}`, /./],
    ['x'.repeat(2001), /./],
    [7, /./],
    [undefined, /./],
  ]
  for (const [password_hash, says] of rows) {
    const answer = await post(full, { ...rest, password_hash })
    t.equal(answer.statusCode, 400, String(password_hash).slice(0, 40))
    t.match(answer.json(), { code: 'invalid_request', detail: says }, String(password_hash).slice(0, 40))
  }
  for (const wrong of [
    { email: 'x' },
    { email: 'a@example.com, b@example.com' },
    { email: 'x@example.com\u0000' },
    { name: '\u202egrace' },
    { name: '\ud800' },
    { claims: { birthdate: 'tomorrow' } },
    { claims: { sub: 'x' } },
    { id: `usr_${'A'.repeat(22)}` },
    { password_pepper: 'x' },
    { groups: ['admins'] },
    { groups: 'staff' },
  ]) {
    const answer = await post(full, { ...rest, password_hash: hash, ...wrong })
    t.equal(answer.statusCode, 400, JSON.stringify(wrong))
  }
  t.equal(
    await db.selectFrom('email_addresses').where('key', '=', rest.email).select('key').executeTakeFirst(),
    undefined,
  )
})

t.test(
  'people:write alone gives no group and proves no address; whoever is no administrator gives nothing',
  async (t) => {
    const promise = {
      emailKey: 'root@corp.example',
      address: 'root@corp.example',
      role: 'administrator',
      apiId: null,
    } as const
    await db.transaction().execute((trx) => insertRolePromise(trx, promise))
    const body = { email: promise.address, password_hash: hash }
    t.match((await post(plain, { ...body, email_verified: true })).json(), {
      code: 'insufficient_scope',
      detail: /roles:write/,
    })
    t.match((await post(plain, { ...body, groups: ['staff'] })).json(), {
      code: 'insufficient_scope',
      detail: /groups:write/,
    })
    const made = (await post(plain, body)).json()
    const roles = await db.selectFrom('person_roles').where('person_id', '=', made.id).select('role').execute()
    t.strictSame(roles, [], 'what is promised waits for a proof')
    const other = { email: 'staff@example.com', password_hash: hash, email_verified: true, groups: ['staff'] }
    t.match((await post(full, other)).json(), { email_verified: true, groups: ['staff'] })
    for (const email of [USER.email.toUpperCase(), promise.address])
      t.equal((await post(full, { email, password_hash: hash })).statusCode, 409, email)
    t.ok(await authenticate(db, config, USER, []), 'who is there stays as they are')
    const reader = await machine(server, ['people:read'])
    t.equal((await post(reader, body)).statusCode, 403)
    for (const role of [{ role: 'developer' }, { role: 'approver', apiId: API.id }] as const) {
      const somebody = await inRole(server, `${role.role}@example.com`, role)
      for (const id of ['people.import', 'people.export'] as const)
        t.match(await somebody.ask(id, { body }), { status: 403 }, `${role.role} ${id}`)
    }
  },
)

t.test('an export pages through everybody, and tells answers to those alone who may read them', async (t) => {
  const form = { fields: [{ name: 'club', type: 'text', label: { en: 'Club' } }] }
  await db
    .updateTable('apis')
    .set({ registration: JSON.stringify(form) })
    .where('id', '=', API.id)
    .execute()
  const { personId } = server
  await db
    .insertInto('registrations')
    .values({ person_id: personId, api_id: API.id, answers: JSON.stringify({ club: 'Go' }) })
    .execute()
  const read = async (by: typeof plain) => {
    const items: { id: string; registrations: unknown }[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: { items: typeof items; next: string | null } = (
        await by.ask('GET', '/exported-people', { query: { limit: '5', ...(cursor && { cursor }) } })
      ).json()
      items.push(...page.items)
      cursor = page.next
    }
    return items
  }
  const readings = async () => {
    const events = db.selectFrom('audit_events').where('type', '=', 'registration').where('outcome', '=', 'read')
    return (await events.selectAll().execute()).length
  }
  const everybody = await read(plain)
  t.ok(everybody.length > FOREIGN.length)
  t.equal(new Set(everybody.map(({ id }) => id)).size, everybody.length)
  t.strictSame(everybody.find(({ id }) => id === personId)?.registrations, [])
  t.equal(await readings(), 0)
  const told = (await read(full)).find(({ id }) => id === personId)
  t.strictSame(told?.registrations, [{ api_id: API.id, answers: { club: 'Go' } }])
  t.equal(await readings(), 1, 'the person finds it in their account')
})
