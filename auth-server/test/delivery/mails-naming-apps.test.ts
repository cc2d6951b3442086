// Mails that name an application: a name that nobody vouches for stands with its host in each of them, whoever chose it.
import t from 'tap'
import type { MailFacts, MailName } from '../../src/store/queued-mail.ts'
import { putMember } from '../../src/store/tables/application-members.ts'
import { atAccount } from '../support/account.ts'
import { mailServer } from '../support/mail-visit.ts'
import { inRole } from '../support/portal-actor.ts'
import { API, APP, USER } from '../support/server.ts'

/** As long as a name may be: what follows it must not be cut away. */
const NAME = 'Your Bank '.padEnd(80, 'x')
const HEBREW = 'בנק'

/** What makes each of them be sent; without what it names, a new one does not compile. */
type NamesApp = {
  [Name in MailName]: string extends keyof MailFacts[Name] ? never : 'app' extends keyof MailFacts[Name] ? Name : never
}[MailName]

for (const name of [NAME, HEBREW])
  t.test(`“${name.slice(0, 9)}” of an application that nobody vouches for is never alone in a mail`, async (t) => {
    const server = await mailServer(t)
    const { db, mailbox } = server
    await db
      .updateTable('applications')
      .set({ name, name_verified_at: null })
      .where('client_id', '=', APP.clientId)
      .execute()
    const owner = await inRole(server, 'owner@example.com', { role: 'developer' })
    const other = await inRole(server, 'other@example.com', { role: 'developer' })
    const root = await inRole(server, 'root@example.com', { role: 'administrator' })
    const made = await owner.ask('applications.create', {
      body: { name, kind: 'native', redirect_uris: ['https://app.example.com/callback'] },
    })
    const { id: applicationId, client_id } = Object(made.body)
    for (const [personId, role] of [
      [owner.id, 'owner'],
      [other.id, 'collaborator'],
    ] as const)
      await db.transaction().execute((trx) => putMember(trx, { applicationId, personId, role }))
    const params = { client_id }
    const asksFor = async () => {
      const body = { client_id, api_id: API.id, plan: 'basic', scopes: ['orders:read'] }
      const asked = await owner.ask('subscriptions.create', { body })
      return { subscription_id: String(Object(asked.body).id) }
    }
    const signIn = async () => {
      const { browser, page } = await server.begin()
      await browser.submit(page, '/login', USER)
    }
    let asked: { subscription_id: string } | undefined
    const causes: Readonly<
      Record<Exclude<NamesApp, 'address' | 'own-address' | 'address-taken'>, () => Promise<unknown>>
    > = {
      'sign-up': async () => (await server.begin()).ask('sign-up', 'eve@example.com'),
      'account-exists': async () => (await server.begin()).ask('sign-up', USER.email),
      reset: async () => (await server.begin()).ask('forgotten', USER.email),
      'new-sign-in': async () => {
        await atAccount(server)
        await signIn()
      },
      join: () =>
        owner.ask('applications.invite', { params, body: { email: 'eve@example.com', role: 'collaborator' } }),
      'sign-in-changed': () =>
        other.ask('applications.update', {
          params,
          ifMatch: '*',
          body: { redirect_uris: ['https://app.example.com/callback', 'https://app.example.com/other'] },
        }),
      'subscription-asked': async () => {
        asked = await asksFor()
      },
      'subscription-decided': () => root.ask('approvals.approve', { params: { ...asked }, body: {} }),
      'left-team': () =>
        owner.ask('applications.remove_person', { params: { ...params, person_id: other.id }, ifMatch: '*' }),
    }
    for (const [kind, cause] of Object.entries(causes)) {
      await mailbox.deliver(server)
      await cause()
      const mails = await mailbox.deliver(server)
      const naming = mails.filter(({ subject, text }) => `${subject}${text}`.includes(name))
      t.ok(naming.length > 0, `${kind}: it came and names the application`)
      for (const { subject, text } of naming) {
        const said = `${subject}\n${text.replace(/(?<=\S) ?\n/g, ' ')}`
        const alone = said
          .split(name)
          .slice(1)
          .filter((after) => !/^\u2069? ?\((?:[\w.-]+, )*[\w.-]+\)/.test(after))
        t.strictSame(alone, [], `${kind}: ${subject}`)
        if (name === HEBREW) t.match(said, `\u2068${HEBREW}\u2069 (`, `${kind}: turns nothing around`)
      }
    }
  })
