// The people of an application: invited by mail, in it by a form of their own, and never without an owner left.
import t, { type Test } from 'tap'
import { putMember } from '../../src/store/tables/application-members.ts'
import { atAccount } from '../support/account.ts'
import { newPerson, PASSWORD } from '../support/administrator.ts'
import type { Browser } from '../support/browser.ts'
import { turnClock } from '../support/database.ts'
import { openMailbox } from '../support/mailbox.ts'
import { inRole } from '../support/portal-actor.ts'
import { ISSUER, testServer } from '../support/server.ts'

async function opened(t: Test) {
  const mailbox = await openMailbox(t)
  const server = await testServer(t, mailbox.environment)
  const owner = await inRole(server, 'owner@example.com', { role: 'developer' })
  const made = await owner.ask('applications.create', { body: { name: 'Weather', kind: 'native' } })
  const { id: applicationId, client_id: clientId } = Object(made.body)
  const params = { client_id: String(clientId) }
  const invite = (body: Readonly<Record<string, unknown>>) => owner.ask('applications.invite', { params, body })
  const linkTo = async (body: Readonly<Record<string, unknown>>) => {
    await invite(body)
    const [mail] = await mailbox.deliver(server)
    return mail?.link ?? ''
  }
  const people = async () => {
    const { body } = await owner.ask('applications.people', { params })
    const items: readonly Readonly<{ email: string; role: string }>[] = Object(body).items ?? []
    return items.map(({ email, role }) => `${email} ${role}`).toSorted()
  }
  const add = (personId: string, role: 'owner' | 'collaborator') =>
    server.db.transaction().execute((trx) => putMember(trx, { applicationId: String(applicationId), personId, role }))
  return { ...server, server, mailbox, owner, params, invite, linkTo, people, add }
}

function signIn(server: Parameters<typeof atAccount>[0], email: string): Promise<Browser> {
  return atAccount(server, { email, password: PASSWORD })
}

t.test('an invitation is accepted by its address alone, by a form, once', async (t) => {
  const { server, app, db, owner, params, linkTo, people } = await opened(t)
  const friend = await newPerson(server, 'friend@example.com')
  await newPerson(server, 'stranger@example.com')
  const link = await linkTo({ email: 'Friend@example.com' })
  t.ok(link.startsWith(`${ISSUER}/account/join/`), link)
  const path = link.replace(ISSUER, '')
  t.match(await app.inject(path), { statusCode: 303, headers: { location: /^\/authorize\/resume\// } })
  const stranger = await signIn(server, 'stranger@example.com')
  const notTheirs = await stranger.open(path)
  t.equal(notTheirs.statusCode, 404)
  t.notMatch(notTheirs.body, 'Weather')
  const browser = await signIn(server, 'friend@example.com')
  for (let n = 0; n < 3; n++) t.match((await browser.open(path)).body, /owner@example.com invites you to work on/)
  t.strictSame(await people(), ['owner@example.com owner'], 'a GET accepts nothing')
  const page = await browser.open(path)
  const both = await Promise.all([browser.submit(page, path.slice(1)), browser.submit(page, path.slice(1))])
  t.strictSame(both.map(({ statusCode }) => statusCode).toSorted(), [200, 404])
  t.strictSame(await people(), ['friend@example.com collaborator', 'owner@example.com owner'])
  t.equal((await browser.open(path)).statusCode, 404, 'the link is used up')
  const roles = await db.selectFrom('person_roles').where('person_id', '=', friend).select('role').execute()
  t.strictSame(roles, [], 'developers do not make developers')
  t.match(both.find(({ statusCode }) => statusCode === 200)?.body, /no developer here yet/)
  t.match(await owner.ask('applications.invitations', { params }), { body: { items: [] } })
  const events = await db.selectFrom('audit_events').where('type', '=', 'team').select('outcome').execute()
  t.strictSame(events.map(({ outcome }) => outcome).toSorted(), ['collaborator-joined', 'invited'])
})

t.test('joining makes a developer where everybody may be one, or an administrator invites', async (t) => {
  const { server, db, mailbox, params, linkTo } = await opened(t)
  const join = async (email: string, link: string) => {
    const personId = await newPerson(server, email)
    const [browser, path] = [await signIn(server, email), link.replace(ISSUER, '')]
    t.match((await browser.submit(await browser.open(path), path.slice(1))).body, /among your applications/)
    return db.selectFrom('person_roles').where('person_id', '=', personId).select('role').execute()
  }
  const root = await inRole(server, 'root@example.com', { role: 'administrator' })
  await root.ask('applications.invite', { params, body: { email: 'hired@example.com' } })
  const [mail] = await mailbox.deliver(server)
  t.strictSame(await join('hired@example.com', mail?.link ?? ''), [{ role: 'developer' }])
  await db
    .insertInto('role_promises')
    .values({ email_key: '*', address: '*', role: 'developer', api_id: null })
    .execute()
  t.strictSame(await join('open@example.com', await linkTo({ email: 'open@example.com' })), [{ role: 'developer' }])
})

t.test('whoever invites is answered the same, whether anybody here has the address', async (t) => {
  const { server, invite, mailbox } = await opened(t)
  await newPerson(server, 'known@example.com')
  const [known, unknown] = [await invite({ email: 'known@example.com' }), await invite({ email: 'other@example.com' })]
  const shapeOf = (body: unknown) => ({ ...Object(body), id: '', email: '', created_at: '', expires_at: '' })
  t.equal(known.status, 201)
  t.equal(unknown.status, 201)
  t.strictSame(shapeOf(known.body), shapeOf(unknown.body))
  t.equal((await mailbox.deliver(server)).length, 2)
  t.match(await invite({ email: 'known@example.com' }), { status: 409, body: { detail: /has an invitation/ } })
  t.match(await invite({ email: 'a@example.com\r\nbcc: b@example.com' }), { status: 400 })
})

t.test(
  'no mailbox is filled: three invitations of an address within a day, from all applications together',
  async (t) => {
    const { owner, params, invite } = await opened(t)
    for (let n = 0; n < 3; n++) {
      const made = await invite({ email: 'busy@example.com' })
      t.equal(made.status, 201)
      const ofOne = { params: { ...params, invitation_id: String(Object(made.body).id) } }
      t.equal((await owner.ask('applications.withdraw_invitation', ofOne)).status, 204)
    }
    const { body } = await owner.ask('applications.create', { body: { name: 'Second', kind: 'native' } })
    const second = { client_id: String(Object(body).client_id) }
    const again = await owner.ask('applications.invite', { params: second, body: { email: 'busy@example.com' } })
    t.match(again, { status: 409, body: { detail: /within a day/ } })
  },
)

t.test('the limits on invitations outlive the applications that they were for', async (t) => {
  const { owner } = await opened(t)
  const inviteOnce = async (email: string) => {
    const { body } = await owner.ask('applications.create', { body: { name: 'Short-lived', kind: 'native' } })
    const params = { client_id: String(Object(body).client_id) }
    const { status } = await owner.ask('applications.invite', { params, body: { email } })
    t.equal((await owner.ask('applications.delete', { params, ifMatch: '*' })).status, 204)
    return status
  }
  const statuses = []
  for (let n = 0; n < 4; n++) statuses.push(await inviteOnce('busy@example.com'))
  for (let n = 0; n < 18; n++) statuses.push(await inviteOnce(`other${n}@example.com`))
  const [allowed, refused] = [201, 409]
  t.strictSame(statuses, [allowed, allowed, allowed, refused, ...Array.from({ length: 17 }, () => allowed), refused])
})

t.test('a link is dead once it is withdrawn, three days old, or its inviter owns nothing any more', async (t) => {
  const { server, db, owner, params, linkTo, people } = await opened(t)
  await newPerson(server, 'friend@example.com')
  const browser = await signIn(server, 'friend@example.com')
  const pathOf = async () => (await linkTo({ email: 'friend@example.com' })).replace(ISSUER, '')
  const idOf = async () => {
    const { body } = await owner.ask('applications.invitations', { params })
    return String(Object(body).items[0].id)
  }
  const withdrawn = await pathOf()
  const page = await browser.open(withdrawn)
  const ofOne = { params: { ...params, invitation_id: await idOf() } }
  t.equal((await owner.ask('applications.withdraw_invitation', ofOne)).status, 204)
  t.equal((await owner.ask('applications.withdraw_invitation', ofOne)).status, 404)
  t.equal((await browser.submit(page, withdrawn.slice(1))).statusCode, 404)
  const left = await pathOf()
  const other = await browser.open(left)
  await db.updateTable('application_members').set({ role: 'collaborator' }).execute()
  t.equal((await browser.submit(other, left.slice(1))).statusCode, 404)
  await db.updateTable('application_members').set({ role: 'owner' }).execute()
  // Of the three mails a day, this one is opened twice.
  const old = await pathOf()
  const late = await browser.open(old)
  await db.deleteFrom('person_roles').execute()
  t.equal((await browser.submit(late, old.slice(1))).statusCode, 404, 'its inviter is no developer any more')
  await turnClock(t, db, 3 * 24 * 3600 + 1)
  t.equal((await (await signIn(server, 'friend@example.com')).open(old)).statusCode, 404)
  t.strictSame(await people(), ['owner@example.com owner'])
})

t.test('an application is handed over when the new owner accepts; the old one goes on working on it', async (t) => {
  const { server, owner, params, linkTo, people, add } = await opened(t)
  const heir = await inRole(server, 'heir@example.com', { role: 'developer' })
  await add(heir.id, 'collaborator')
  const link = await linkTo({ email: 'heir@example.com', role: 'owner', hand_over: true })
  t.strictSame(await people(), ['heir@example.com collaborator', 'owner@example.com owner'])
  const path = link.replace(ISSUER, '')
  const browser = await signIn(server, 'heir@example.com')
  t.equal((await browser.submit(await browser.open(path), path.slice(1))).statusCode, 200)
  t.strictSame(await people(), ['heir@example.com owner', 'owner@example.com collaborator'])
  t.equal((await owner.ask('applications.delete', { params, ifMatch: '*' })).status, 403)
})

t.test('collaborator removes owner, invites, withdraws: refused; an owner removes, and anybody leaves', async (t) => {
  const { server, mailbox, owner, params, invite, people, add } = await opened(t)
  const friend = await inRole(server, 'friend@example.com', { role: 'developer' })
  await add(friend.id, 'collaborator')
  const invitation = await invite({ email: 'other@example.com' })
  await mailbox.deliver(server)
  const invitation_id = String(Object(invitation.body).id)
  t.equal((await friend.ask('applications.remove_person', { params: { ...params, person_id: owner.id } })).status, 403)
  t.equal((await friend.ask('applications.invite', { params, body: { email: 'x@example.com' } })).status, 403)
  t.equal((await friend.ask('applications.withdraw_invitation', { params: { ...params, invitation_id } })).status, 403)
  t.equal((await friend.ask('applications.remove_person', { params: { ...params, person_id: friend.id } })).status, 204)
  t.equal((await friend.ask('applications.people', { params })).status, 404)
  await add(friend.id, 'collaborator')
  t.equal((await owner.ask('applications.remove_person', { params: { ...params, person_id: friend.id } })).status, 204)
  t.match(await mailbox.deliver(server), [{ recipients: ['friend@example.com'], subject: /Weather/ }])
  t.strictSame(await people(), ['owner@example.com owner'])
})

t.test('nobody removes the last owner, themselves neither; of two who remove each other one stays', async (t) => {
  const { server, db, owner, params, add } = await opened(t)
  const alone = await owner.ask('applications.remove_person', { params: { ...params, person_id: owner.id } })
  t.match(alone, { status: 409, body: { detail: /nobody would own/ } })
  const root = await inRole(server, 'root@example.com', { role: 'administrator' })
  t.equal((await root.ask('applications.remove_person', { params: { ...params, person_id: owner.id } })).status, 409)
  const second = await inRole(server, 'second@example.com', { role: 'developer' })
  await add(second.id, 'owner')
  const answers = await Promise.all([
    owner.ask('applications.remove_person', { params: { ...params, person_id: second.id } }),
    second.ask('applications.remove_person', { params: { ...params, person_id: owner.id } }),
  ])
  t.strictSame(answers.map(({ status }) => status).filter((status) => status === 204).length, 1)
  t.equal((await db.selectFrom('application_members').selectAll().execute()).length, 1)
})
