// Administration in the portal: found, read and changed by operations of the contract alone; what goes is named, the last administrator stays.
import { sql } from 'kysely'
import t from 'tap'
import { exported } from '../../src/portal/administration/audit-export.ts'
import { newPerson } from '../support/administrator.ts'
import { IDENTITY, PLAY_DIGEST } from '../support/app-identity.ts'
import { turnClock } from '../support/database.ts'
import { gatewayClient, toldCount, usageBatch } from '../support/gateway-reports.ts'
import { obtainCode, redeem, refresh } from '../support/phone.ts'
import { atPortalAs, portalServer, post } from '../support/portal.ts'
import { inRole } from '../support/portal-actor.ts'
import { API, USER } from '../support/server.ts'

t.setTimeout(120_000)

const server = await portalServer(t, { MAIL_URL: 'smtp://127.0.0.1:1', MAIL_FROM: 'no-reply@example.com' })
const { app, db, personId } = server
const chief = await atPortalAs(server, 'administrator', { email: 'chief@example.com' })
const BELOW = '/portal/administration'
const PERSON = `${BELOW}/people/${personId}`

/** The text of a page, with its tags. */
async function page(path: string, status = 200): Promise<string> {
  const answer = await chief.browser.request('GET', path)
  t.equal(answer.statusCode, status, path)
  return answer.body
}

/** What stands in a hidden field. */
function hidden(body: string, name: string): string {
  return new RegExp(`name="${name}" value="([^"]*)"`).exec(body)?.[1]?.replaceAll('&quot;', '"') ?? ''
}

/** Takes a step on its page, as the page has it. */
async function take(path: string, fields: Readonly<Record<string, string>> = {}) {
  const etag = hidden(await page(path), 'etag')
  return post(chief, path, { ...(etag !== '' && { etag }), ...fields })
}

t.test('who is no administrator finds none of it, whatever else they are; nothing changes', async (t) => {
  const paths = [
    '',
    '/people',
    `/people/${personId}`,
    `/people/${personId}/delete`,
    '/audit',
    '/audit.csv',
    '/usage',
    '/health',
  ]
  for (const role of ['developer', 'nobody'] as const) {
    const other = await atPortalAs(server, role, { email: `${role}-2@example.com` })
    for (const path of paths) {
      const answer = await other.browser.request('GET', BELOW + path)
      t.equal(answer.statusCode, 404, `${role} ${path}`)
    }
    t.equal((await post(other, `${PERSON}/suspend`)).statusCode, 404)
    const home = await other.browser.request('GET', '/portal')
    t.notMatch(home.body, BELOW)
  }
  t.match(await page('/portal'), BELOW, 'an administrator is led there')
})

t.test('people are found by address, id and how a name begins', async (t) => {
  const rows = [
    [`?q=${USER.email.toUpperCase()}`, new RegExp(`href="${PERSON}"`)],
    ['?q=ada%40', /Nothing fits/],
    ['?q=a', /Nothing fits/],
    ['?status=suspended', /Nothing fits/],
    ['?q=%3Cscript%3E', /value="&lt;script>?/],
  ] as const
  for (const [query, pattern] of rows) t.match(await page(`${BELOW}/people${query}`), pattern, query)
  const byId = await chief.browser.request('GET', `${BELOW}/people?q=${personId}`)
  t.match(byId, { statusCode: 303, headers: { location: PERSON } })
  await page(`${BELOW}/people/usr_${'A'.repeat(22)}`, 404)
  await page(`${BELOW}/people/nobody`, 404)
  await page(`${PERSON}/explode`, 404)
})

t.test('a person: by what they sign in, roles, groups, apps, browsers, and what can be done', async (t) => {
  const { code, verifier } = await obtainCode(app)
  await redeem(app, code, verifier)
  const body = await page(PERSON)
  for (const part of [
    USER.email,
    personId,
    'shop-app',
    API.id,
    '<strong>password</strong>',
    'Suspend',
    'Delete the account',
    '/roles',
    '/groups',
  ])
    t.match(body, part)
  t.notMatch(body, /\/restore"/)
})

t.test('whoever is signed in at the portal has no strange app: it has its name', async (t) => {
  const body = await page(`${BELOW}/people/${chief.personId}`)
  t.match(body, '<strong>Developer portal</strong>')
  t.notMatch(body, '<strong>portal</strong>')
})

t.test('to look at a person is one event, whatever their page shows', async (t) => {
  const reads = () => sql`select from audit_events where type = 'account' and outcome = 'read'`.execute(db)
  const before = (await reads()).rows.length
  await page(PERSON)
  t.equal((await reads()).rows.length, before + 1)
})

t.test(
  'an API is suspended and restored, with what comes of it; those of the server itself are not there',
  async (t) => {
    const list = `${BELOW}/apis`
    const { code, verifier } = await obtainCode(app)
    const { refresh_token: kept } = (await redeem(app, code, verifier)).json()
    t.notMatch(await page(list), 'apis/management', 'which the operator alone changes')
    const one = `${list}/${API.id}`
    t.match(await page(list), `href="${one}/suspend"`)
    t.match(await page(`${one}/suspend`), /Gateways refuse the tokens of every app.*Subscriptions and logins stay/s)
    t.equal((await take(`${one}/suspend`)).statusCode, 303)
    t.match(await page(`${list}?suspended=true`), `href="${one}/restore"`)
    t.match((await refresh(app, kept)).json(), { error: 'unauthorized_client' }, 'no app gets tokens for it')
    t.equal((await take(`${one}/restore`)).statusCode, 303)
    t.match(await page(`${list}?suspended=true`), /Nothing fits/)
    t.equal((await refresh(app, kept)).statusCode, 200, 'the login goes on')
    await page(`${one}/remove`, 404)
    await page(`${list}/management/suspend`, 404)
    await page(`${list}/nothing/suspend`, 404)
  },
)

t.test('suspended and restored, with the step on a page of its own, and the audit log names who', async (t) => {
  t.match(await page(`${PERSON}/suspend`), /Suspend ada@example.com\?[\s\S]*Gateways refuse their tokens/)
  const done = await take(`${PERSON}/suspend`)
  t.equal(done.statusCode, 303)
  t.match(await page(String(done.headers.location)), /role="status"[^>]*>Suspended\.[\s\S]*\/restore"/)
  const twice = await post(chief, `${PERSON}/suspend`)
  t.match(twice, { statusCode: 409, body: /role="alert"/ })
  t.equal((await take(`${PERSON}/restore`)).statusCode, 303)
  const { rows } = await sql<{ outcome: string; actor: boolean }>`
    select outcome, actor = (select pseudonym from people where id = ${chief.personId}) as actor
    from audit_events where type = 'account' and outcome in ('suspended', 'restored') order by seq`.execute(db)
  t.strictSame(rows, [
    { outcome: 'suspended', actor: true },
    { outcome: 'restored', actor: true },
  ])
})

t.test('the last administrator stays: neither role nor account goes, and the page says why', async (t) => {
  const own = `${BELOW}/people/${chief.personId}`
  for (const step of ['suspend', 'delete'])
    t.match(await take(`${own}/${step}`), { statusCode: 409, body: /Nobody would be left to administer/ }, step)
  const taken = await post(chief, `${own}/roles`, { step: 'take', role: 'administrator' })
  t.match(taken, { statusCode: 409, body: /Nobody would be left to administer/ })
  t.match(await page('/portal'), BELOW)
})

t.test('roles are given and taken: developer, and approver of an API', async (t) => {
  const path = `${PERSON}/roles`
  const approver = { role: 'approver', api: API.id }
  for (const fields of [{ role: 'developer' }, approver])
    t.equal((await post(chief, path, { step: 'give', ...fields })).statusCode, 303)
  t.match(
    await page(PERSON),
    new RegExp(`Approver of ${API.id}[\\s\\S]*Developer|Developer[\\s\\S]*Approver of ${API.id}`),
  )
  for (const step of [undefined, '', 'Give', 'nonsense'])
    await post(chief, path, { ...(step !== undefined && { step }), role: 'developer' })
  t.match(await page(PERSON), /Developer/, 'what names no step changes nothing')
  for (const fields of [{ role: 'developer' }, approver])
    t.equal((await post(chief, path, { step: 'take', ...fields })).statusCode, 303)
  t.match(await page(path), /No role is given/)
  t.equal((await post(chief, path, { step: 'give', role: 'approver', api: 'nothing' })).statusCode, 404)
  t.match(await post(chief, path, { step: 'give', role: 'approver' }), { statusCode: 400, body: /role="alert"/ })
})

t.test('groups are set with the version that was read; an older one is told', async (t) => {
  await db.insertInto('groups').values({ name: 'staff' }).execute()
  const path = `${PERSON}/groups`
  const old = hidden(await page(path), 'etag')
  t.equal((await post(chief, path, { step: 'give', group: 'staff', etag: old })).statusCode, 303)
  t.match(await page(PERSON), /staff/)
  const late = await post(chief, path, { step: 'take', group: 'staff', etag: old })
  t.match(late, { statusCode: 412, body: /Somebody changed it while this page was open/ })
  t.equal((await take(path, { step: 'take', group: 'staff' })).statusCode, 303)
})

t.test('a deletion names what goes with it, and the account is out of use', async (t) => {
  await obtainCode(app).then(({ code, verifier }) => redeem(app, code, verifier))
  await post(chief, `${PERSON}/roles`, { step: 'give', role: 'developer' })
  const body = await page(`${PERSON}/delete`)
  for (const part of ['The login in shop-app', 'The role: Developer', 'sign-in', 'seven days']) t.match(body, part)
  const done = await take(`${PERSON}/delete`)
  t.equal(done.statusCode, 303)
  t.match(await page(PERSON), /leaving, erased on/)
  await sql`update people set status = 'active', erase_after = null where id = ${personId}`.execute(db)
})

t.test(
  'who alone owns applications: each is named before anything is done to them, with the way to hand it over',
  async (t) => {
    const owner = await newPerson(server, 'owner@example.com')
    await post(chief, `${BELOW}/people/${owner}/roles`, { step: 'give', role: 'developer' })
    const made = Array.from({ length: 120 }, (_, number) => ({
      id: `app_${String(number).padStart(22, '0')}`,
      client_id: `owned-${String(number).padStart(3, '0')}`,
      name: `Owned ${number}`,
      kind: 'native' as const,
      redirect_uris: [],
      managed_by: 'portal' as const,
    }))
    await db.insertInto('applications').values(made).execute()
    const owned = made.map(({ id }) => ({ application_id: id, person_id: owner, role: 'owner' as const }))
    await db.insertInto('application_members').values(owned).execute()
    // This one has another owner, who is active.
    const shared = { application_id: made[0]?.id ?? '', person_id: chief.personId, role: 'owner' as const }
    await db.insertInto('application_members').values(shared).execute()
    for (const path of ['delete', 'suspend', 'roles']) {
      const body = await page(`${BELOW}/people/${owner}/${path}`)
      t.match(body, '119 applications will have no owner who can enter', path)
      t.match(body, `${BELOW}/applications/owned-001/owner`, path)
      t.notMatch(body, 'owned-000', path)
      t.match(body, 'and 99 more', path)
      t.match(body, `href="${BELOW}/applications?sole_owner=${owner}"`, path)
    }
    t.notMatch(await page(`${BELOW}/people/${owner}/sign-out`), 'no owner')
    const listed = await page(`${BELOW}/applications?sole_owner=${owner}`)
    t.match(listed, 'owned-001')
    t.notMatch(listed, 'owned-000')
    t.match(await page(`${BELOW}/applications?q=OWNED+11`), 'owned-119')
    t.notMatch(await page(`${BELOW}/applications?q=owned-11`), 'owned-009')
    t.match(await page(`${BELOW}/applications?q=%25`), 'Nothing fits')
    const heir = `${BELOW}/applications/owned-001/owner`
    t.match(await page(heir), 'A new owner of Owned 1')
    t.match(await post(chief, heir, { email: 'none' }), { statusCode: 400, body: /value="none"/ })
    t.equal((await post(chief, heir, { email: 'heir@example.com' })).statusCode, 303)
    const invited = await db.selectFrom('application_invitations').select(['address', 'role']).execute()
    t.strictSame(invited, [{ address: 'heir@example.com', role: 'owner' }])
    await db.deleteFrom('applications').where('client_id', 'like', 'owned-%').execute()
    t.notMatch(await page(`${BELOW}/people/${owner}/delete`), 'no owner')
  },
)

t.test('a password is forced anew, second factors are taken away, and logins end', async (t) => {
  await newPerson(server, 'bob@example.com')
  const { rows } = await sql<{ id: string }>`
    select person_id as id from email_addresses where key = 'bob@example.com'`.execute(db)
  const bob = `${BELOW}/people/${rows[0]?.id}`
  t.equal((await take(`${bob}/reset-password`)).statusCode, 303)
  t.match(await page(bob), /has to be chosen anew, by mail/)
  t.match(await take(`${bob}/remove-factors`), { statusCode: 404, body: /no second factor/ })
  t.equal((await take(`${bob}/sign-out`)).statusCode, 303)
})

t.test('invitations: sent, refused with what was typed, and withdrawn', async (t) => {
  const path = `${BELOW}/invitations`
  t.match(await post(chief, path, { email: 'no address' }), { statusCode: 400, body: /value="no address"/ })
  t.match(await post(chief, path, { email: USER.email, name: 'Ada' }), { statusCode: 409, body: /value="Ada"/ })
  t.equal((await post(chief, path, { email: 'new@example.com' })).statusCode, 303)
  const body = await page(path)
  t.match(body, /new@example\.com/)
  t.equal((await post(chief, path, { withdraw: hidden(body, 'withdraw') })).statusCode, 303)
  t.match(await page(path), /Nobody is invited/)
})

t.test('an application is suspended without asking for what goes with its removal', async (t) => {
  await server.register({ clientId: 'urgent', name: 'Urgent', redirectUris: ['com.example.urgent:/cb'] })
  // What is counted for a removal is out of reach meanwhile.
  await db.transaction().execute(async (trx) => {
    await sql`lock table application_invitations in access exclusive mode`.execute(trx)
    t.match(await page(`${BELOW}/applications/urgent/suspend`), 'Urgent')
    t.equal((await take(`${BELOW}/applications/urgent/suspend`)).statusCode, 303)
  })
  t.equal((await take(`${BELOW}/applications/urgent/restore`)).statusCode, 303)
})

t.test('applications and subscriptions of all: suspended, restored, removed with what goes named', async (t) => {
  const list = `${BELOW}/applications`
  t.match(await page(`${list}?owned=false`), /shop-app/)
  const step = `${list}/shop-app`
  t.match(await page(`${step}/remove`), /Its subscription goes with it: [^<]*\(basic\)/)
  t.equal((await take(`${step}/suspend`)).statusCode, 303)
  t.match(await page(`${list}?suspended=true`), /shop-app[\s\S]*\/restore"/)
  t.equal((await take(`${step}/restore`)).statusCode, 303)
  t.match(await page(`${list}?suspended=true`), /Nothing fits/)
  await page(`${list}/nothing/remove`, 404)
  const subscriptions = await page(`${BELOW}/subscriptions`)
  const [, id = ''] = /subscriptions\/(sub_[\w-]{22})\/suspend/.exec(subscriptions) ?? []
  const one = `${BELOW}/subscriptions/${id}`
  t.equal((await take(`${one}/suspend`)).statusCode, 303)
  t.match(await page(`${BELOW}/subscriptions?status=suspended`), id)
  t.equal((await take(`${one}/restore`)).statusCode, 303)
  t.match(await post(chief, `${one}/remove`, { etag: `"${'A'.repeat(22)}"` }), { statusCode: 412 })
  t.equal((await take(`${one}/remove`)).statusCode, 303)
  await page(`${one}/remove`, 404)
})

t.test('what the file manages is read-only, with its name', async (t) => {
  await db.updateTable('applications').set({ managed_by: 'file' }).where('client_id', '=', 'shop-app').execute()
  const body = await page(`${BELOW}/applications`)
  t.match(body, /Managed by catalogue\.yml: change it there/)
  t.notMatch(body, /shop-app\/remove/)
  t.match(await take(`${BELOW}/applications/shop-app/remove`), { statusCode: 409, body: /catalogue\.yml/ })
  await db.updateTable('applications').set({ managed_by: 'portal' }).where('client_id', '=', 'shop-app').execute()
})

t.test('CSV export with `=cmd`, `@`, tab, newline in names: cells prefixed, quoted', async (t) => {
  for (const [index, name] of ['=cmd|"/c calc"', '@sum', '\tx', '-1', '+1', 'two\nlines'].entries())
    await sql`
      insert into audit_events (type, outcome, api_id, change)
      values ('api', 'changed', ${`csv-${index}`}, ${JSON.stringify({ before: [name], after: ['plain'] })}::jsonb)`.execute(
      db,
    )
  const answer = await chief.browser.request('GET', `${BELOW}/audit.csv?type=api`)
  t.match(answer.headers, {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': 'attachment; filename="audit.csv"',
    'cache-control': 'no-store',
  })
  const [head = '', ...lines] = answer.body.trimEnd().split('\r\n')
  t.equal(head, '"id","at","type","outcome","person","client_id","api_id","by","by_id","before","after"')
  const before = lines
    .map((line) => /,"(('?(?:[^"]|"")*))","plain"$/s.exec(line)?.[1])
    .filter((text) => text !== undefined)
  t.strictSame(before.toSorted(), ['\'=cmd|""/c calc""', "'@sum", "'\tx", "'-1", "'+1", 'two\nlines'].toSorted())
})

t.test(
  'the audit log is searched, paged, and says what is no day; machine clients, people and commands are told apart',
  async (t) => {
    const path = `${BELOW}/audit`
    t.match(
      await page(`${path}?type=role`),
      /Role given: developer[\s\S]*<code>role<\/code> <code>developer-given<\/code>[\s\S]*By: a person/,
    )
    t.notMatch(await page(`${path}?type=role`), /Account suspended/)
    const german = { headers: { 'accept-language': 'de' } }
    t.match((await chief.browser.request('GET', `${path}?type=role`, german)).body, 'Rolle vergeben: Entwickler')
    t.match(await page(`${path}?person_id=${personId}&type=account`), /By: a person/)
    t.match(await page(`${path}?since=2020-01-01&until=2020-01-02`), /Nothing fits/)
    for (const query of [
      'since=yesterday',
      'since=2026-02-31',
      'until=2026-13-99',
      'type=%27%3B',
      'api_id=A%20B',
      'cursor=x',
    ])
      t.match(await page(`${path}?${query}`, 400), /role="alert"/, query)
    for (const query of ['since=x', 'type=%27%3B'])
      t.notMatch(await page(`${path}?${query}`, 400), /was not saved|The query|X is/, query)
    t.match(await page(`${path}?since=x`, 400), /cannot be searched for[\s\S]*Write days like 2026-01-31/)
    await page(`${path}?until=9999-12-31`)
    await page(`${path}.csv?since=2026-02-31`, 303)
    const [, next = ''] = /href="(\/portal\/administration\/audit\?[^"]*cursor=[^"]*)"/.exec(await page(path)) ?? []
    t.match(await page(next.replaceAll('&amp;', '&')), /class="rows"/)
  },
)

t.test('of what was made, the audit log shows what it is, and no list of what it was not', async (t) => {
  const made = { before: ['name: ', 'kind: '], after: ['name: Shop', 'kind: native'] }
  for (const [api, change] of Object.entries({
    made,
    ended: { before: made.after, after: made.before },
    changed: { before: ['name: ', 'kind: web'], after: made.after },
  }))
    await sql`
      insert into audit_events (type, outcome, api_id, change)
      values ('api', 'changed', ${api}, ${JSON.stringify(change)}::jsonb)`.execute(db)
  for (const [api, shown] of Object.entries({
    made: 'Change: → name: Shop; kind: native<',
    ended: 'Change: name: Shop; kind: native →<',
    changed: 'Change: name: ; kind: web → name: Shop; kind: native<',
  }))
    t.match(await page(`${BELOW}/audit?api_id=${api}`), shown)
})

t.test('keys with their schedule; health with what waits', async (t) => {
  t.match(await page(`${BELOW}/keys`), /ES256: signs now[\s\S]*<code>[\w-]{43}<\/code>/)
  t.match(
    await page(`${BELOW}/health`),
    /can be written, schema \d{4}_[\s\S]*No gateway has told[\s\S]*Mails[\s\S]*\d+ wait/,
  )
  for (const name of ['empty the outbox', 'of another release'])
    server.deps.jobs.set(name, { name, everySeconds: 1, ranAt: null, hasFailed: false })
  const german = await chief.browser.request('GET', `${BELOW}/health`, { headers: { 'accept-language': 'de' } })
  t.match(german.body, /Senden, was auf Zustellung wartet[\s\S]*of another release/)
})

t.test('each step wants a recent sign-in: a browser left open looks, and does nothing', async (t) => {
  await turnClock(t, db, 3600)
  const before = await sql`select status from people where id = ${personId}`.execute(db)
  for (const path of [`${PERSON}/suspend`, `${PERSON}/roles`, `${PERSON}/groups`, `${BELOW}/invitations`])
    t.match(await chief.browser.request('GET', path), { statusCode: 303, headers: { location: /\/authorize\?/ } }, path)
  t.equal((await post(chief, `${PERSON}/suspend`)).statusCode, 303)
  t.strictSame(await sql`select status from people where id = ${personId}`.execute(db), before)
  t.match(await page(PERSON), USER.email)
})

t.test('usage of all applications is told, and of one API or one application, whoever owns them', async (t) => {
  const tell = await gatewayClient(server)
  t.equal((await tell('/usage', usageBatch([toldCount({ accepted: 41, refused: 1 })]))).statusCode, 200)
  const all = await page(`${BELOW}/usage`)
  t.match(all, /<dt>Calls<\/dt><dd>42<\/dd>/)
  t.match(all, `${BELOW}/usage?api=orders-api`)
  const part = /href="([^"]*client=shop-app[^"]*)"/.exec(all)?.[1]?.replaceAll('&amp;', '&') ?? ''
  t.match(await page(part), /<code>shop-app<\/code>[\s\S]*<dt>Calls<\/dt><dd>42<\/dd>/)
  t.match(await page(`${BELOW}/usage?api=another-api&time=month`), /No calls in this time/)
  const day = new Date(Date.now() - 5 * 86_400_000).toISOString().slice(0, 10)
  const hours = await page(`${BELOW}/usage?api=orders-api&day=${day}`)
  t.match(
    hours,
    new RegExp(`name="api" value="orders-api">[\\s\\S]*name="day" type="date" value="${day}"`),
    'the API stays chosen',
  )
  t.match(hours, /usage\?api=orders-api&amp;day=2/, 'the day before, of the same API')
  await page(`${BELOW}/usage?client=nobody`, 404)
})

t.test(
  'administrators vouch for a name, and for what phones know an app by, as it was when they read it',
  async (t) => {
    const developer = await inRole(server, 'maker@example.com', { role: 'developer' })
    const made = await developer.ask('applications.create', { body: { name: 'Weather', kind: 'native' } })
    const params = { client_id: String(Object(made.body).client_id) }
    const [all, one] = [`${BELOW}/applications`, `${BELOW}/applications/${params.client_id}`]
    t.match(await page(all), `${one}/name`)
    t.equal((await post(chief, `${one}/name`, { etag: 'Another' })).statusCode, 409)
    t.equal((await take(`${one}/name`)).statusCode, 303)
    t.notMatch(await page(all), `${one}/name`)
    await page(`${one}/phones`, 404)
    const android = { package: IDENTITY.androidPackage, certificate_digests: [PLAY_DIGEST] }
    await developer.ask('applications.set_identity', { params, body: { android }, ifMatch: '*' })
    const read = await page(`${one}/phones`)
    t.match(read, PLAY_DIGEST)
    const apple = { team: IDENTITY.appleTeam, bundle: IDENTITY.appleBundle }
    await developer.ask('applications.set_identity', { params, body: { android, apple }, ifMatch: '*' })
    t.equal((await post(chief, `${one}/phones`, { etag: hidden(read, 'etag') })).statusCode, 412, 'changed meanwhile')
    t.equal((await take(`${one}/phones`)).statusCode, 303)
    t.match(await developer.ask('applications.get_identity', { params }), { body: { confirmed: true } })
  },
)

t.test(
  'the audit log as a file is whole, part by part; what would be too much is left out in so many words',
  async (t) => {
    await sql`insert into audit_events (type, outcome) select 'export-test', 'n' || n from generate_series(1, 230) n`.execute(
      db,
    )
    const answer = await chief.browser.request('GET', `${BELOW}/audit.csv?type=export-test`)
    t.equal(answer.body.trimEnd().split('\r\n').length, 231, 'with its head')
    t.equal(new Set(answer.body.match(/"n\d+"/g)).size, 230)
    const part = { items: [], next: 'more' }
    const lines: string[] = []
    const asked = { first: part, read: async () => part, sayLeftOut: () => 'There are more', most: 0 }
    for await (const text of exported(asked)) lines.push(text)
    t.match(lines.at(-1), /^"There are more"/)
  },
)
