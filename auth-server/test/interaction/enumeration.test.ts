// oauth.md, "enumeration": login, sign-up, reset, verify and resend answer alike whoever has an account: text, status, time, mail.
import type { LightMyRequestResponse } from 'fastify'
import t from 'tap'
import { newPerson } from '../support/administrator.ts'
import { formsOf } from '../support/browser.ts'
import { mailServer } from '../support/mail-visit.ts'
import { logIn } from '../support/phone.ts'
import { USER } from '../support/server.ts'
import { statementsOf } from '../support/statements.ts'

t.setTimeout(120_000)

const server = await mailServer(t, { VISITS_PER_MINUTE: '0', MAILS_PER_HOUR: '0', SIGN_IN_GUESSES_PER_HOUR: '0' })
const { db, mailbox } = server

/** Addresses of one length, so that a page with one is as long as with the other. */
const ADDRESSES = {
  unknown: 'ivy@example.com',
  known: USER.email,
  suspended: 'joe@example.com',
  leaving: 'kim@example.com',
  'without a password': 'lou@example.com',
  'with an address that nobody has proven': 'max@example.com',
} as const
type Whose = keyof typeof ADDRESSES

for (const whose of ['suspended', 'leaving', 'without a password', 'with an address that nobody has proven'] as const)
  await newPerson(server, ADDRESSES[whose])
await changePerson('suspended', { status: 'suspended' })
await changePerson('leaving', { status: 'leaving', erase_after: new Date(Date.now() + 1e8) })
await db
  .deleteFrom('passwords')
  .where('person_id', '=', await idOfPerson('without a password'))
  .execute()
await db
  .updateTable('email_addresses')
  .set({ proof: null, proven_at: null, is_primary: false })
  .where('key', '=', ADDRESSES['with an address that nobody has proven'])
  .execute()

async function idOfPerson(whose: Whose): Promise<string> {
  const { person_id } = await db
    .selectFrom('email_addresses')
    .where('key', '=', ADDRESSES[whose])
    .select('person_id')
    .executeTakeFirstOrThrow()
  return person_id
}
async function changePerson(whose: Whose, set: Readonly<{ status: 'suspended' | 'leaving'; erase_after?: Date }>) {
  await db
    .updateTable('people')
    .set(set)
    .where('id', '=', await idOfPerson(whose))
    .execute()
}

/** What somebody sees of an answer, without what is random in each, and without the address that they typed. */
function seen({ statusCode, headers, body }: LightMyRequestResponse, email: string) {
  const { date: _, 'set-cookie': __, 'x-request-id': ___, ...rest } = headers
  const text = JSON.stringify({ statusCode, rest, body })
  return text
    .replaceAll(email, 'EMAIL')
    .replace(/(interaction|resume)\/[\w-]{22}/g, '$1/ID')
    .replace(/value=\\"[\w-]{43}\\"/g, 'value="TOKEN"')
    .replace(/nonce-[\w-]+/g, 'nonce')
}

type Visit = Awaited<ReturnType<typeof server.begin>>

/** Posts a form without following. */
function post(visit: Visit, page: LightMyRequestResponse, actionEnd: string, fields: Readonly<Record<string, string>>) {
  const { action = '', hidden = {} } = formsOf(page.body).find((form) => form.action.endsWith(actionEnd)) ?? {}
  return visit.browser.request('POST', action, { form: { ...hidden, ...fields } })
}

interface Question {
  /** Everything up to the form. */
  readonly prepare: (email: string) => Promise<(email: string) => Promise<LightMyRequestResponse>>
}

/** What somebody can ask who has nothing but an address. */
const QUESTIONS: Readonly<Record<string, Question>> = {
  login: {
    prepare: async () => {
      const visit = await server.begin()
      return (email) => post(visit, visit.page, '/login', { email, password: 'not the right one' })
    },
  },
  'sign-up': { prepare: () => asking('sign-up') },
  reset: { prepare: () => asking('forgotten') },
  'verify, of a sign-up': { prepare: (email) => verifying('sign-up', email) },
  'verify, of a reset': { prepare: (email) => verifying('forgotten', email) },
  'resend, of a sign-up': { prepare: (email) => resending('sign-up', email) },
  'resend, of a reset': { prepare: (email) => resending('forgotten', email) },
}
type Asked = 'sign-up' | 'forgotten'

async function asking(what: Asked) {
  const visit = await server.begin()
  const page = await visit.browser.request('GET', visit.at(what))
  return (email: string) => post(visit, page, `/${what}`, { email })
}
async function verifying(what: Asked, email: string) {
  const visit = await server.begin()
  const check = await visit.ask(what, email)
  return () => post(visit, check, '/check-mail', { code: '000000' })
}
async function resending(what: Asked, email: string) {
  const visit = await server.begin()
  const check = await visit.ask(what, email)
  return () => post(visit, check, `/${what}`, {})
}

for (const [name, { prepare }] of Object.entries(QUESTIONS)) {
  const answers = new Map<Whose, Readonly<{ page: string; asked: readonly string[] }>>()
  t.test(`enumeration: ${name}: same status, text and statements of the database, whose address it is`, async (t) => {
    // Once beforehand: what is made at the first of all requests is made.
    await (await prepare(ADDRESSES.unknown))(ADDRESSES.unknown)
    for (const [whose, email] of Object.entries(ADDRESSES)) {
      const ask = await prepare(email)
      await db.deleteFrom('attempts').execute()
      const { result, asked } = await statementsOf(t, () => ask(email))
      t.ok(asked.length > 2, 'the statements were seen')
      t.ok([303, 422].includes(result.statusCode), `${whose}: ${result.statusCode}`)
      answers.set(whose as Whose, { page: seen(result, email), asked })
    }
    const unknown = answers.get('unknown')
    for (const [whose, { page, asked }] of answers) {
      t.equal(page, unknown?.page, whose)
      t.strictSame(asked, unknown?.asked, whose)
    }
  })
}

t.test(
  'enumeration: mail: what a mailbox is told, nobody but its owner reads, and an unknown one hears no reset',
  async (t) => {
    await db.deleteFrom('outbox').execute()
    await db.deleteFrom('attempts').execute()
    for (const what of ['sign-up', 'forgotten'] as const)
      for (const email of Object.values(ADDRESSES)) await (await asking(what))(email)
    const mails = await mailbox.deliver(server)
    const told = mails.map(({ recipients: [to], subject, link }) => [to, subject, link !== ''])
    t.strictSame(
      told.toSorted(),
      [
        [ADDRESSES.unknown, 'Confirm your e-mail address', true],
        [ADDRESSES.known, 'You have an account already', false],
        [ADDRESSES.suspended, 'You have an account already', false],
        [ADDRESSES.leaving, 'You have an account already', false],
        [ADDRESSES['without a password'], 'You have an account already', false],
        [ADDRESSES['with an address that nobody has proven'], 'Confirm your e-mail address', true],
        [ADDRESSES.known, 'Choose a new password', true],
        [ADDRESSES['without a password'], 'Choose a new password', true],
      ].toSorted(),
    )
  },
)

t.test(
  'sign-up with the address of a suspended or leaving account: nothing can be proven, and nobody comes back by it',
  async (t) => {
    for (const whose of ['suspended', 'leaving'] as const) {
      await db.deleteFrom('attempts').execute()
      const email = ADDRESSES[whose]
      const visit = await server.begin()
      const check = await visit.ask('sign-up', email)
      const mail = (await mailbox.deliver(server)).find(({ recipients }) => recipients.includes(email))
      t.match(mail, { subject: 'You have an account already', link: '', code: '' }, whose)
      t.match(check.body, /Check your mail/, whose)
      const { status } = await db
        .selectFrom('people')
        .where('id', '=', await idOfPerson(whose))
        .select('status')
        .executeTakeFirstOrThrow()
      t.equal(status, whose)
      t.match(await logIn(visit.browser, visit.page, { email, password: 'wrong' }), { body: /do not fit together/ })
    }
  },
)
