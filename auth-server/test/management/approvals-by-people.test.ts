// Approvals between people: who hears that somebody asked, who decides, and who hears of it, each once.
import t, { type Test } from 'tap'
import { putMember } from '../../src/store/tables/application-members.ts'
import { turnClock } from '../support/database.ts'
import { openMailbox } from '../support/mailbox.ts'
import { inRole } from '../support/portal-actor.ts'
import { API, testServer } from '../support/server.ts'

async function opened(t: Test) {
  const mailbox = await openMailbox(t)
  const server = await testServer(t, mailbox.environment)
  const developer = await inRole(server, 'dev@example.com', { role: 'developer' })
  const friend = await inRole(server, 'friend@example.com', { role: 'developer' })
  const approver = await inRole(server, 'approver@example.com', { role: 'approver', apiId: API.id })
  const root = await inRole(server, 'root@example.com', { role: 'administrator' })
  await server.db.updateTable('people').set({ language: 'de' }).where('id', '=', friend.id).execute()
  const ask = async (name = 'Weather') => {
    const redirect_uris = ['https://app.example.com/callback']
    const made = await developer.ask('applications.create', { body: { name, kind: 'native', redirect_uris } })
    const { id: applicationId, client_id } = Object(made.body)
    const member = { applicationId: String(applicationId), personId: friend.id, role: 'collaborator' } as const
    await server.db.transaction().execute((trx) => putMember(trx, member))
    const wish = { client_id: String(client_id), api_id: API.id, plan: 'basic', scopes: ['orders:read'] }
    const { body } = await developer.ask('subscriptions.create', { body: wish })
    return { params: { subscription_id: String(Object(body).id) }, client_id: String(client_id) }
  }
  const mailed = async () => {
    const mails = await mailbox.deliver(server)
    return mails.map(({ recipients, subject }) => `${recipients.join()} ${subject}`).toSorted()
  }
  return { ...server, server, mailbox, developer, friend, approver, root, ask, mailed }
}

t.test('those who can decide get one mail an hour for each API, however often somebody asks', async (t) => {
  const { db, developer, ask, mailed } = await opened(t)
  const { params } = await ask()
  const both = [
    'approver@example.com Weather (app.example.com) asks to use Orders',
    'root@example.com Weather (app.example.com) asks to use Orders',
  ]
  t.strictSame(await mailed(), both)
  for (let n = 0; n < 5; n++) await ask(`App ${n}`)
  t.equal((await developer.ask('subscriptions.delete', { params, ifMatch: '*' })).status, 204)
  await ask('Again')
  t.strictSame(await mailed(), [], 'nobody’s mailbox is filled')
  await turnClock(t, db, 3601)
  await ask('Later')
  t.equal((await mailed()).length, 2)
})

t.test('two who ask at once: one mail', async (t) => {
  const { ask, mailbox, server } = await opened(t)
  await Promise.all([ask('One'), ask('Two'), ask('Three')])
  const mails = await mailbox.deliver(server)
  t.equal(mails.length, 2, 'one to the approver and one to the administrator')
  for (const { text } of mails) t.match(text, `\n${server.config.issuer}/portal/approvals\n`, 'it leads there')
})

t.test(
  'the people of the application hear what was decided, with the sentence of whoever did, in their language',
  async (t) => {
    const { server, mailbox, approver, ask, mailed } = await opened(t)
    const { params } = await ask()
    const second = await ask('Second')
    await mailed()
    const reason = 'Ask for the new API instead. '.repeat(10).trim()
    t.equal((await approver.ask('approvals.decline', { params, body: { reason } })).status, 204)
    const mails = await mailbox.deliver(server)
    t.strictSame(mails.map(({ subject }) => subject).toSorted(), [
      'Weather (app.example.com) darf Orders nicht nutzen',
      'Weather (app.example.com) may not use Orders',
    ])
    for (const { text } of mails) t.match(text, reason)
    t.match(await approver.ask('approvals.approve', { params: second.params, body: { reason: 'two\nlines' } }), {
      status: 400,
    })
    t.match(await approver.ask('approvals.approve', { params: second.params, body: {} }), { status: 200 })
    t.strictSame(await mailed(), [
      'dev@example.com Second (app.example.com) may use Orders',
      'friend@example.com Second (app.example.com) darf Orders nutzen',
    ])
  },
)

t.test('approve twice: one credential, one mail', async (t) => {
  const { db, approver, root, ask, mailed } = await opened(t)
  const { params, client_id } = await ask()
  await mailed()
  const answers = await Promise.all([
    approver.ask('approvals.approve', { params, body: {} }),
    root.ask('approvals.approve', { params, body: {} }),
  ])
  t.strictSame(answers.map(({ status }) => status).toSorted(), [200, 409])
  t.equal((await mailed()).length, 2, 'one to each of the team')
  const rows = await db.selectFrom('subscriptions').where('api_id', '=', API.id).selectAll().execute()
  const application = await db.selectFrom('applications').where('client_id', '=', client_id).selectAll().execute()
  t.equal(rows.filter(({ application_id }) => application_id === application[0]?.id).length, 1)
})

t.test('approve and withdraw at once: approved with one mail, or gone with none', async (t) => {
  const { developer, approver, ask, mailed } = await opened(t)
  for (let n = 0; n < 4; n++) {
    const { params } = await ask(`Race ${n}`)
    await mailed()
    const { etag } = await developer.ask('subscriptions.get', { params })
    const [approved, withdrawn] = await Promise.all([
      approver.ask('approvals.approve', { params, body: {} }),
      developer.ask('subscriptions.delete', { params, ifMatch: etag }),
    ])
    const isApproved = approved.status === 200
    t.equal(withdrawn.status, isApproved ? 412 : 204, `${approved.status} ${withdrawn.status}`)
    t.equal((await mailed()).length, isApproved ? 2 : 0)
  }
})

t.test('whoever asked is erased: the request stays, and is decided on as before', async (t) => {
  const { db, developer, approver, ask } = await opened(t)
  const { params } = await ask()
  await db.deleteFrom('people').where('id', '=', developer.id).execute()
  t.match(await approver.ask('approvals.list'), { body: { items: [{ requested_by_person: null }] } })
  t.equal((await approver.ask('approvals.approve', { params, body: {} })).status, 200)
})

t.test('a scheme that another app has is refused at the approval, and nobody is told whose it is', async (t) => {
  const { developer, approver, ask } = await opened(t)
  const [first, second] = [await ask('First'), await ask('Second')]
  for (const { client_id } of [first, second]) {
    const body = { redirect_uris: ['com.bigshop.app:/cb'] }
    t.match(await developer.ask('applications.update', { params: { client_id }, body, ifMatch: '*' }), { status: 200 })
  }
  t.match(await approver.ask('approvals.approve', { params: first.params, body: {} }), { status: 200 })
  const refused = await approver.ask('approvals.approve', { params: second.params, body: {} })
  t.match(refused, { status: 409, body: { detail: /cannot be approved.*Another application uses this private-use/ } })
  t.notMatch(JSON.stringify(refused.body), first.client_id)
  t.match(await developer.ask('subscriptions.get', { params: second.params }), { body: { status: 'pending' } })
})

t.test(
  'who leaves the team of an application decides on nothing that it asked for meanwhile, and soon after',
  async (t) => {
    const { db, developer, approver, root, ask } = await opened(t)
    const { params, client_id } = await ask()
    const { id } = await db
      .selectFrom('applications')
      .where('client_id', '=', client_id)
      .select('id')
      .executeTakeFirstOrThrow()
    const member = { applicationId: id, personId: approver.id, role: 'collaborator' } as const
    const join = () => db.transaction().execute((trx) => putMember(trx, member))
    const leave = { params: { client_id, person_id: approver.id } }
    const decisions = () =>
      Promise.all([
        approver.ask('approvals.approve', { params, body: {} }),
        approver.ask('approvals.decline', { params, body: {} }),
      ])
    const statuses = async () => (await decisions()).map(({ status }) => status)
    await join()
    t.strictSame(await statuses(), [403, 403], 'one of them')
    for (let n = 0; n < 5; n++) {
      const [left, ...answers] = await Promise.all([
        developer.ask('applications.remove_person', leave),
        approver.ask('approvals.approve', { params, body: {} }),
        approver.ask('approvals.decline', { params, body: {} }),
      ])
      t.strictSame([left.status, ...answers.map(({ status }) => status)], [204, 403, 403], 'while they go')
      await join()
    }
    t.equal((await developer.ask('applications.remove_person', leave)).status, 204)
    t.strictSame(await statuses(), [403, 403], 'one who was')
    t.match(await approver.ask('approvals.get', { params }), { body: { decided_by: 'others' } })
    const asked = db.updateTable('subscriptions').where('application_id', '=', id)
    const [row] = await db.selectFrom('subscriptions').where('application_id', '=', id).select('requested_at').execute()
    await asked.set({ requested_at: null }).execute()
    t.strictSame(await statuses(), [403, 403], 'also where it is not known when it was asked for')
    await asked.set({ requested_at: row?.requested_at ?? null }).execute()
    t.equal((await root.ask('approvals.decline', { params, body: {} })).status, 204)

    const wish = { client_id, api_id: API.id, plan: 'basic', scopes: ['orders:read'] }
    const again = async () => ({
      subscription_id: String(Object((await developer.ask('subscriptions.create', { body: wish })).body).id),
    })
    const second = await again()
    t.equal(
      (await approver.ask('approvals.approve', { params: second, body: {} })).status,
      403,
      'asked for a moment later',
    )
    await root.ask('approvals.decline', { params: second, body: {} })
    await turnClock(t, db, 31 * 24 * 3600)
    t.equal((await approver.ask('approvals.approve', { params: await again(), body: {} })).status, 200, 'a month later')
  },
)
