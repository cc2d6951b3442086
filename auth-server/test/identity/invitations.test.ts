// Invitations: an account that begins when its address is proven, by whichever way, and not before.
import t, { type Test } from 'tap'
import { BY_COMMAND } from '../../src/audit/context.ts'
import { defineGroup } from '../../src/catalogue/groups.ts'
import { addAddress } from '../../src/identity/add-address.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { invite } from '../../src/identity/invitations.ts'
import { removeObsoleteRows } from '../../src/store/cleanup.ts'
import { insertProofAsked } from '../../src/store/queries/asked-proofs.ts'
import { listInvitations } from '../../src/store/tables/invitations.ts'
import { Browser } from '../support/browser.ts'
import { turnClock } from '../support/database.ts'
import { type MailServer, mailServer, NEW_PASSWORD } from '../support/mail-visit.ts'
import { machine } from '../support/management.ts'
import { testServer, USER } from '../support/server.ts'

const server = await mailServer(t)
const { db, app, personId: adaId } = server
await db.transaction().execute((trx) => defineGroup(trx, { name: 'staff', description: '' }, OPERATOR))
const { ask } = await machine(server)

function inviting(email: string, more: Readonly<Record<string, unknown>> = {}) {
  return ask('POST', '/people', { body: { email, ...more } })
}

async function linkOf(sender: MailServer = server): Promise<string> {
  const [mail] = await sender.mailbox.deliver(sender)
  return (mail?.link ?? '').replace(sender.config.issuer, '')
}

async function accept(link: string, fields: Readonly<Record<string, string>> = {}) {
  const browser = new Browser(app)
  const choose = await browser.submit(await browser.open(link), '/prove')
  return browser.submit(choose, '/new-password', { password: NEW_PASSWORD, ...fields })
}

/** Who has an address. */
async function holder(key: string) {
  const found = await db
    .selectFrom('email_addresses as email')
    .innerJoin('people as person', 'person.id', 'email.person_id')
    .leftJoin('group_members as member', 'member.person_id', 'person.id')
    .where('email.key', '=', key)
    .select(['person.id', 'person.name', 'member.group_name as group'])
    .execute()
  return found
}

async function invitations(): Promise<readonly string[]> {
  const { items } = (await ask('GET', '/invitations')).json()
  return items.map(({ email }: Readonly<{ email: string }>) => email)
}

t.test('by the link of the mail: nobody is there before, and then who was promised', async (t) => {
  const invited = await inviting('Eve@Example.com', { name: 'Eve', language: 'de', groups: ['staff'] })
  t.equal(invited.statusCode, 201, invited.body)
  const { person_id: id } = invited.json()
  t.match(invited.json(), { person_id: /^usr_/, email: 'Eve@example.com', name: 'Eve', groups: ['staff'] })
  t.equal((await ask('GET', `/people/${id}`)).statusCode, 404)
  const [mail] = await server.mailbox.deliver(server)
  t.match(mail, {
    recipients: ['Eve@example.com'],
    subject: /eingeladen/,
    link: /^http:\/\/localhost:4000\/confirm\//,
    code: '',
  })
  const link = (mail?.link ?? '').replace(server.config.issuer, '')
  for (const method of ['GET', 'HEAD'] as const) await app.inject({ method, url: link })
  t.strictSame(await holder('eve@example.com'), [], 'opening it changes nothing')
  const done = await accept(link)
  t.match(done, { statusCode: 200, body: /<h1>Your account is ready<\/h1>[\s\S]*href="\/account"/ })
  t.strictSame(await holder('eve@example.com'), [{ id, name: 'Eve', group: 'staff' }])
  t.ok(await server.signsIn('eve@example.com', NEW_PASSWORD))
  t.equal((await new Browser(app).open(link)).statusCode, 410)
  t.match(
    (await ask('GET', '/audit', { query: { person_id: id } }))
      .json()
      .items.map(({ type, outcome }: Readonly<Record<string, string>>) => `${type} ${outcome}`),
    ['sign-in succeeded', 'group added', 'invitation accepted', 'sign-up succeeded'],
  )
  t.match((await ask('GET', '/audit', { query: { type: 'invitation', outcome: 'made' } })).json().items, [
    { person: null, by: { kind: 'client' }, change: { before: [], after: ['staff'] } },
  ])
})

t.test('who signs up by themselves is who was promised, under the name that they type', async (t) => {
  const { person_id: id } = (await inviting('self@example.com', { name: 'Guessed', groups: ['staff'] })).json()
  const link = await linkOf()
  const visit = await server.asked('sign-up', 'self@example.com')
  t.match(visit.mail.subject, /Confirm/, 'the mail of whoever signs up')
  const choose = await visit.browser.submit(visit.check, '/check-mail', { code: visit.mail.code })
  await visit.browser.submit(choose, '/new-password', { name: 'Own', password: NEW_PASSWORD })
  t.strictSame(await holder('self@example.com'), [{ id, name: 'Own', group: 'staff' }])
  t.equal((await new Browser(app).open(link)).statusCode, 410, 'the invitation is over')
  t.strictSame(await invitations(), [])
})

t.test('an account that adds the address keeps its id, and the groups are its own', async (t) => {
  await inviting('second@example.com', { groups: ['staff'] })
  await server.mailbox.deliver(server)
  const asked = {
    id: 'a'.repeat(22),
    purpose: 'address',
    emailKey: 'second@example.com',
    address: 'second@example.com',
  } as const
  await insertProofAsked(db, {
    ...asked,
    asker: { personId: adaId, browserHash: 'x' },
    ttlSeconds: 60,
    isAllowed: true,
  })
  const session = { id: 'of-ada', token_hash: 'x', person_id: adaId, auth_epoch: 1, acr: 'acr', auth_time: new Date() }
  await db
    .insertInto('sessions')
    .values({ ...session, expires_at: new Date(Date.now() + 60_000) })
    .execute()
  t.equal(await addAddress(db, { challengeId: asked.id, sessionId: session.id }, BY_COMMAND), 'added')
  t.match(await holder('second@example.com'), [{ id: adaId, group: 'staff' }])
  t.strictSame(await invitations(), [])
})

t.test('to whoever asks about it, an invited address is as any other', async (t) => {
  await inviting('hidden@example.com')
  await server.mailbox.deliver(server)
  const pageOf = async (what: 'sign-up' | 'forgotten', email: string) => {
    const { statusCode, body } = await (await server.begin()).ask(what, email)
    const mails = (await server.mailbox.deliver(server)).map(({ subject }) => subject)
    return [
      statusCode,
      mails,
      body
        .replaceAll(email, '')
        .replace(/interaction\/[\w-]+/g, '')
        .replace(/value="[\w-]{43}"/g, ''),
    ]
  }
  for (const what of ['sign-up', 'forgotten'] as const)
    t.strictSame(await pageOf(what, 'hidden@example.com'), await pageOf(what, 'free@example.com'), what)
  t.notOk(await server.signsIn('hidden@example.com', NEW_PASSWORD))
})

t.test('what cannot be is refused, and nothing is sent', async (t) => {
  await inviting('once@example.com')
  await server.mailbox.deliver(server)
  const few = await machine(server, ['people:write'])
  const body = { email: 'few@example.com', groups: ['staff'] }
  t.match((await few.ask('POST', '/people', { body })).json(), { status: 403, detail: /groups:write/ })
  for (const [email, more, answer] of [
    [USER.email, {}, { status: 409, detail: /an account has this address/ }],
    ['ONCE@example.com', {}, { status: 409, detail: /has an invitation: withdraw/ }],
    ['new@example.com', { groups: ['nothing'] }, { status: 400, detail: /no group nothing/ }],
    ['no address', {}, { status: 400, detail: /no address that a mail can be sent to/ }],
  ] as const)
    t.match((await inviting(email, more)).json(), answer, email)
  t.strictSame(await server.mailbox.deliver(server), [])
  const mute = await testServer(t)
  const refused = await (await machine(mute)).ask('POST', '/people', { body: { email: 'new@example.com' } })
  t.match(refused.json(), { status: 409, detail: /set MAIL_URL/ })
})

t.test('one that is withdrawn is over, and nobody’s mailbox is filled', async (t) => {
  for (const mails of [1, 2, 3]) {
    const { person_id: id } = (await inviting('back@example.com')).json()
    const link = await linkOf()
    t.match(link, /^\/confirm\//, `mail ${mails}`)
    t.equal((await ask('DELETE', `/invitations/${id}`)).statusCode, 204)
    t.equal((await new Browser(app).open(link)).statusCode, 410)
    t.equal((await ask('DELETE', `/invitations/${id}`)).statusCode, 404)
  }
  t.match((await inviting('back@example.com')).json(), { status: 409, detail: /three invitations within a day/ })
})

t.test('invited twice at once: one invitation, one mail', async (t) => {
  const answers = await Promise.all(Array.from({ length: 5 }, () => inviting('twice@example.com')))
  t.strictSame(answers.map(({ statusCode }) => statusCode).sort(), [201, 409, 409, 409, 409])
  t.equal((await server.mailbox.deliver(server)).length, 1)
})

/** Somebody with a proof in their browser, whose next step makes the account. */
async function aboutToSignUp(t: Test, email: string) {
  const visit = await server.asked('sign-up', email)
  const choose = await visit.browser.submit(visit.check, '/check-mail', { code: visit.mail.code })
  t.match(choose.body, /Choose a password/)
  return () => visit.browser.submit(choose, '/new-password', { password: NEW_PASSWORD })
}

t.test('an invitation racing a sign-up: one account, which is who was promised if anybody was', async (t) => {
  for (const round of [1, 2, 3, 4]) {
    const email = `race${round}@example.com`
    const finish = await aboutToSignUp(t, email)
    const [invited] = await Promise.all([inviting(email, { groups: ['staff'] }), finish()])
    const [person, ...more] = await holder(email)
    t.strictSame(more, [])
    if (invited.statusCode === 201) t.match(person, { id: invited.json().person_id, group: 'staff' })
    else t.match([invited.statusCode, person], [409, { group: null }])
    t.notOk((await invitations()).includes(email), 'nothing is left of it')
  }
})

t.test('one that nobody accepts is over after seven days, and its row goes', async (t) => {
  await inviting('late@example.com')
  const link = await linkOf()
  await turnClock(t, db, 7 * 24 * 3600 + 1)
  t.equal((await new Browser(app).open(link)).statusCode, 410)
  const page = { after: undefined, limit: 10 }
  t.strictSame(await listInvitations(db, page), [])
  const again = { to: { address: 'late@example.com', key: 'late@example.com' }, name: undefined, groups: [] }
  await db.transaction().execute((trx) => invite(trx, { ...again, language: 'en' }, BY_COMMAND))
  t.match(await listInvitations(db, page), [{ address: 'late@example.com' }], 'and the address can be invited again')
  await turnClock(t, db, 15 * 24 * 3600)
  await removeObsoleteRows(db)
  t.strictSame(await db.selectFrom('invitations').selectAll().execute(), [])
})
