// Who may act in which role: proven by the session, and in nothing that a browser left behind.
import t from 'tap'
import { WITHOUT_REQUEST } from '../../src/audit/context.ts'
import { MFA_ACR, PASSKEY_ACR, PASSWORD_ACR } from '../../src/identity/acr.ts'
import { Actor, ROLES, type RoleRefusal, type WantedRole } from '../../src/identity/roles.ts'
import { insertRole } from '../../src/store/tables/person-roles.ts'
import { newPerson, openSessionOf } from '../support/administrator.ts'
import { Browser, formsOf, SESSION_COOKIE } from '../support/browser.ts'
import { authorizeUrl, pkcePair } from '../support/phone.ts'
import { API, testServer, USER } from '../support/server.ts'

const ADMINISTRATOR = { role: 'administrator' } as const
const APPROVER = { role: 'approver', apiId: API.id } as const
const OTHER_APPROVER = { role: 'approver', apiId: 'revocations' } as const
const DEVELOPER = { role: 'developer' } as const
const PERSON = { role: 'person' } as const
const LASTING = 14 * 24 * 3600

t.test(
  'a session may act in a role that its person has; strong ones want two factors, until the browser ends',
  async (t) => {
    const server = await testServer(t)
    const { db, personId } = server
    await db.transaction().execute(async (trx) => {
      for (const role of ['administrator', 'developer'] as const)
        t.equal(await insertRole(trx, { personId, role, apiId: null }), true)
      t.equal(await insertRole(trx, { personId, role: 'approver', apiId: API.id }), true)
      t.equal(await insertRole(trx, { personId, role: 'approver', apiId: 'no-such-api' }), false)
      t.equal(await insertRole(trx, { personId, role: 'developer', apiId: null }), false, 'twice')
    })
    const nobody = await newPerson(server, 'nobody@example.com')
    const mfa = { acr: MFA_ACR, endsWithBrowser: true }
    const rows: readonly [WantedRole, string, typeof mfa, RoleRefusal | 'may'][] = [
      [ADMINISTRATOR, personId, mfa, 'may'],
      [ADMINISTRATOR, personId, { ...mfa, acr: PASSKEY_ACR }, 'may'],
      [ADMINISTRATOR, personId, { ...mfa, acr: PASSWORD_ACR }, 'second factor needed'],
      [ADMINISTRATOR, personId, { ...mfa, acr: 'made up' }, 'second factor needed'],
      [ADMINISTRATOR, personId, { ...mfa, endsWithBrowser: false }, 'session outlives browser'],
      [ADMINISTRATOR, nobody, mfa, 'no such role'],
      [APPROVER, personId, mfa, 'may'],
      [APPROVER, personId, { ...mfa, acr: PASSWORD_ACR }, 'second factor needed'],
      [APPROVER, personId, { ...mfa, endsWithBrowser: false }, 'session outlives browser'],
      [OTHER_APPROVER, personId, mfa, 'no such role'],
      [DEVELOPER, personId, { acr: PASSWORD_ACR, endsWithBrowser: false }, 'may'],
      [DEVELOPER, nobody, mfa, 'no such role'],
      [PERSON, nobody, { acr: PASSWORD_ACR, endsWithBrowser: false }, 'may'],
    ]
    for (const [wanted, whose, session, expected] of rows) {
      const actor = await Actor.prove(db, await openSessionOf(server, whose, session), wanted, WITHOUT_REQUEST)
      const text = `${JSON.stringify(wanted)} ${JSON.stringify(session)}`
      t.equal(typeof actor === 'string' ? actor : 'may', expected, text)
      if (typeof actor === 'string') continue
      t.match(actor, { personId: whose, wanted, context: { actorId: whose } }, text)
    }
    t.strictSame(Object.keys(ROLES), ['person', 'developer', 'approver', 'administrator'])
  },
)

t.test('who is suspended acts in no role, also by a session that was read a moment before', async (t) => {
  const server = await testServer(t)
  const { db, personId } = server
  await db.transaction().execute((trx) => insertRole(trx, { personId, role: 'administrator', apiId: null }))
  const session = await openSessionOf(server, personId)
  await db.updateTable('people').set({ status: 'suspended' }).where('id', '=', personId).execute()
  t.equal(await Actor.prove(db, session, ADMINISTRATOR, WITHOUT_REQUEST), 'no such role')
})

t.test('the session of an approver or administrator ends with the browser, and after 12 hours', async (t) => {
  const server = await testServer(t, { SESSION_PERSISTS: 'true' })
  const { app, db, personId } = server
  const signIn = async () => {
    const browser = new Browser(app)
    const page = await browser.open(authorizeUrl(pkcePair().challenge))
    const { action = '', hidden = {} } = formsOf(page.body).find((form) => form.action.endsWith('/login')) ?? {}
    const send = () => browser.request('POST', action, { form: { ...hidden, ...USER } })
    const answers = await Promise.all([send(), send()])
    const session = await db
      .selectFrom('sessions')
      .orderBy('auth_time', 'desc')
      .select(['expires_at', 'ends_with_browser'])
      .limit(1)
      .executeTakeFirstOrThrow()
    const cookies = answers.map(({ cookies }) => cookies.find(({ name }) => name === SESSION_COOKIE)?.maxAge)
    return {
      cookies,
      hours: Math.round((session.expires_at.getTime() - Date.now()) / 3600_000),
      ends: session.ends_with_browser,
    }
  }
  t.strictSame(await signIn(), { cookies: [LASTING, LASTING], hours: 14 * 24, ends: false })
  for (const role of ['approver', 'administrator'] as const) {
    const apiId = role === 'approver' ? API.id : null
    await db.transaction().execute((trx) => insertRole(trx, { personId, role, apiId }))
    t.strictSame(await signIn(), { cookies: [undefined, undefined], hours: 12, ends: true }, role)
    await db.deleteFrom('person_roles').execute()
  }
  await db.transaction().execute((trx) => insertRole(trx, { personId, role: 'developer', apiId: null }))
  t.strictSame(await signIn(), { cookies: [LASTING, LASTING], hours: 14 * 24, ends: false }, 'developer')
})
