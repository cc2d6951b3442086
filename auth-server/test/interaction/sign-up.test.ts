// Signing up in the middle of an authorization: nothing of it is lost, nobody is blessed unproven, and nobody learns who has an account.
import type { LightMyRequestResponse } from 'fastify'
import { decodeJwt } from 'jose'
import t, { type Test } from 'tap'
import { Browser, formsOf, SESSION_COOKIE } from '../support/browser.ts'
import { turnClock } from '../support/database.ts'
import { type MailServer, mailServer, NEW_PASSWORD } from '../support/mail-visit.ts'
import { answerOf, logIn, obtainCode } from '../support/phone.ts'
import { ISSUER, USER } from '../support/server.ts'
import { CLAIMED_URI } from '../support/session.ts'

const EVE = 'eve@example.com'

/** How many people there are beside the first. */
async function newcomers({ db, personId }: MailServer): Promise<number> {
  return (await db.selectFrom('people').where('id', '<>', personId).selectAll().execute()).length
}
function onPage(t: Test, response: LightMyRequestResponse, status: number, heading: string) {
  t.match(response, { statusCode: status, body: new RegExp(`<h1>${heading.replace(/[?]/g, '\\?')}</h1>`) })
}
/** A page without what differs in every page. */
function plain({ statusCode, body }: LightMyRequestResponse) {
  return [statusCode, body.replace(/interaction\/[\w-]+/g, '').replace(/value="[\w-]{43}"/g, '')]
}

t.test('by code: the visit goes on with a session, a consent-free code and the address verified', async (t) => {
  const server = await mailServer(t)
  const { db } = server
  const visit = await server.asked('sign-up', ' Eve@Example.com ')
  onPage(t, visit.check, 200, 'Check your mail')
  t.match(visit.mail, { recipients: ['Eve@example.com'], subject: /Confirm/, text: /for Shop/, code: /^\d{6}$/ })
  t.equal(await newcomers(server), 0, 'nobody is there before the address is proven')
  const choose = await visit.browser.submit(visit.check, '/check-mail', { code: visit.mail.code })
  onPage(t, choose, 200, 'Choose a password')
  t.match(choose.body, /autocomplete="username"[^>]* readonly[^>]* value="Eve@example.com"/)
  t.match(choose.body, /autocomplete="new-password"/)
  const done = await visit.browser.submit(choose, '/new-password', {
    name: ' Eve\u202e  Adams ',
    password: NEW_PASSWORD,
  })
  t.match(answerOf(done), { to: CLAIMED_URI, state: 'a-state', code: /./ })
  const { sub } = decodeJwt((await visit.tokensOf(done)).access_token)
  t.match(
    await db
      .selectFrom('people')
      .where('id', '=', sub ?? '')
      .selectAll()
      .executeTakeFirst(),
    {
      name: 'Eve   Adams',
      language: 'en',
      auth_epoch: 1,
    },
  )
  t.match(
    await db
      .selectFrom('email_addresses')
      .where('person_id', '=', sub ?? '')
      .selectAll()
      .execute(),
    [{ key: EVE, address: 'Eve@example.com', proof: 'verified', is_primary: true }],
  )
  t.ok(await server.signsIn(EVE, NEW_PASSWORD))
  t.match(await db.selectFrom('audit_events').where('type', '=', 'sign-up').selectAll().execute(), [
    { outcome: 'succeeded', application_id: server.applicationId },
  ])
})

t.test('by link in the visit’s own browser: it goes on with the visit', async (t) => {
  const server = await mailServer(t)
  const visit = await server.asked('sign-up', EVE)
  const confirm = await visit.browser.open(visit.link)
  onPage(t, confirm, 200, 'Create an account?')
  const choose = await visit.browser.submit(confirm, '/prove')
  onPage(t, choose, 200, 'Choose a password')
  const done = await visit.browser.submit(choose, '/new-password', { password: NEW_PASSWORD })
  t.match(answerOf(done), { to: CLAIMED_URI, code: /./ })
})

t.test(
  'by link in another browser: the password is chosen there, nobody is signed in, and the app is told of',
  async (t) => {
    const server = await mailServer(t)
    const visit = await server.asked('sign-up', EVE)
    const other = new Browser(server.app)
    const choose = await other.submit(await other.open(visit.link), '/prove')
    onPage(t, choose, 200, 'Choose a password')
    const done = await other.submit(choose, '/new-password', { password: NEW_PASSWORD })
    onPage(t, done, 200, 'Your account is ready')
    t.match(done.body, /Go back to <strong>Shop<\/strong> and sign in/)
    t.notOk(other.cookies.has(SESSION_COOKIE))
    onPage(t, await visit.browser.request('GET', visit.at('check-mail')), 200, 'Check your mail')
    t.match(answerOf(await logIn(visit.browser, visit.page, { email: EVE, password: NEW_PASSWORD })), { code: /./ })
  },
)

t.test('stranger signs up with victim’s mail: verification never blesses what another browser submitted', async (t) => {
  const server = await mailServer(t)
  const stranger = await server.asked('sign-up', EVE)
  t.equal(await newcomers(server), 0)
  // The victim opens the link: the choice is theirs, and the stranger's browser has nothing of it.
  const victim = new Browser(server.app)
  const choose = await victim.submit(await victim.open(stranger.link), '/prove')
  t.match((await stranger.browser.request('GET', stranger.at('new-password'))).headers.location, /resume/)
  await victim.submit(choose, '/new-password', { password: NEW_PASSWORD })
  t.match((await stranger.browser.request('GET', stranger.at('new-password'))).headers.location, /resume/)
  t.ok(await server.signsIn(EVE, NEW_PASSWORD))
  t.equal((await server.db.selectFrom('sessions').selectAll().execute()).length, 1, 'of that last sign-in alone')
})

t.test(
  'no enumeration: an address with an account, without, and too many mails get the same page, and a code that is wrong',
  async (t) => {
    const server = await mailServer(t)
    for (const what of ['sign-up', 'forgotten'] as const) {
      const pages = []
      for (const email of [USER.email, 'xxx@example.com']) {
        const visit = await server.begin()
        const check = await visit.ask(what, email)
        const wrong = await visit.browser.submit(check, '/check-mail', { code: 'x' })
        t.equal(wrong.statusCode, 422)
        pages.push([check, wrong].map((page) => plain(page).map((part) => String(part).replaceAll(email, 'EMAIL'))))
      }
      t.strictSame(pages[0], pages[1], what)
    }
    const mails = await server.mailbox.deliver(server)
    t.strictSame(mails.map(({ subject, recipients, link }) => [subject, recipients[0], link !== '']).toSorted(), [
      ['Choose a new password', USER.email, true],
      ['Confirm your e-mail address', 'xxx@example.com', true],
      ['You have an account already', USER.email, false],
    ])
  },
)

t.test('sign-up closed in the page; POST anyway: the server refuses [Azure APIM 2025]', async (t) => {
  const server = await mailServer(t, { SIGN_UP: 'closed' })
  const visit = await server.begin()
  t.notMatch(visit.page.body, /sign-up/)
  const { hidden = {} } = formsOf(visit.page.body)[0] ?? {}
  onPage(t, await visit.browser.request('GET', visit.at('sign-up')), 403, 'Not available here')
  const posted = await visit.browser.request('POST', visit.at('sign-up'), { form: { ...hidden, email: EVE } })
  onPage(t, posted, 403, 'Not available here')
  t.strictSame(await server.db.selectFrom('mail_challenges').selectAll().execute(), [])
  t.equal((await visit.ask('forgotten', USER.email)).statusCode, 200, 'a forgotten password is another matter')
})

t.test('without MAIL_URL neither is available, and the pages say so', async (t) => {
  const server = await mailServer(t, { MAIL_URL: '' })
  const visit = await server.begin()
  const { hidden = {} } = formsOf(visit.page.body)[0] ?? {}
  for (const what of ['sign-up', 'forgotten']) {
    onPage(t, await visit.browser.request('GET', visit.at(what)), 404, 'Not available here')
    const posted = await visit.browser.request('POST', visit.at(what), { form: { ...hidden, email: EVE } })
    onPage(t, posted, 404, 'Not available here')
  }
  t.strictSame(await server.db.selectFrom('outbox').selectAll().execute(), [])
})

t.test('GET and HEAD of the link, ten times: nothing is consumed; POST decides [supabase #368, #1214]', async (t) => {
  const server = await mailServer(t)
  const visit = await server.asked('sign-up', EVE)
  const before = await server.db.selectFrom('mail_challenges').selectAll().execute()
  for (let count = 0; count < 10; count++) {
    onPage(t, await new Browser(server.app).open(visit.link), 200, 'Create an account?')
    t.equal((await server.app.inject({ method: 'HEAD', url: visit.link })).statusCode, 405)
    t.equal((await server.app.inject({ url: visit.link, headers: { 'sec-purpose': 'prefetch' } })).statusCode, 503)
  }
  t.strictSame(await server.db.selectFrom('mail_challenges').selectAll().execute(), before)
  const browser = new Browser(server.app)
  const choose = await browser.submit(await browser.open(visit.link), '/prove')
  onPage(t, await browser.submit(choose, '/new-password', { password: NEW_PASSWORD }), 200, 'Your account is ready')
  onPage(t, await browser.open(visit.link), 410, 'This link is of no use any more')
})

t.test('a link that is old, changed, of another server or posted from elsewhere does nothing', async (t) => {
  const server = await mailServer(t)
  const visit = await server.asked('sign-up', EVE)
  const [id = ''] = (visit.link.split('/').at(-1) ?? '').split('.')
  for (const token of ['x', id, `${id}.${'x'.repeat(43)}`, `${'x'.repeat(22)}.${'x'.repeat(43)}`, '%00'])
    t.ok([400, 404, 410].includes((await server.app.inject(`/confirm/${token}`)).statusCode), token)
  const stranger = new Browser(server.app)
  t.equal((await stranger.request('POST', `${visit.link}/prove`, { form: {} })).statusCode, 403, 'no page was opened')
  const page = await stranger.open(visit.link)
  const { action = '', hidden = {} } = formsOf(page.body)[0] ?? {}
  const evil = { form: hidden, headers: { origin: 'https://evil.example' } }
  t.equal((await stranger.request('POST', action, evil)).statusCode, 403)
  await turnClock(t, server.db, 3601)
  onPage(t, await stranger.submit(page, '/prove'), 410, 'This link is of no use any more')
})

t.test('a code is good in the browser that asked, five times wrong at most, and counted per code', async (t) => {
  const server = await mailServer(t)
  const visit = await server.asked('sign-up', EVE)
  const other = await server.asked('sign-up', 'mallory@example.com')
  const stolen = await other.browser.submit(other.check, '/check-mail', { code: visit.mail.code })
  t.equal(stolen.statusCode, 422, 'typed into another visit')
  const guesses = await Promise.all(
    Array.from({ length: 11 }, () => visit.browser.submit(visit.check, '/check-mail', { code: 'x' })),
  )
  t.strictSame(
    guesses.map(({ statusCode }) => statusCode).toSorted(),
    [422, 422, 422, 422, 422, 429, 429, 429, 429, 429, 429],
  )
  t.equal((await visit.browser.submit(visit.check, '/check-mail', { code: visit.mail.code })).statusCode, 429)
  const spent = await visit.browser.request('GET', visit.at('check-mail'))
  t.match(spent.body, /too many wrong codes/)
  const again = await visit.browser.submit(spent, '/sign-up')
  const [mail] = await server.mailbox.deliver(server)
  const typed = `${mail?.code.slice(0, 3)} ${mail?.code.slice(3)}`
  onPage(t, await visit.browser.submit(again, '/check-mail', { code: typed }), 200, 'Choose a password')
})

t.test('two sign-ups with one address at once: one account', async (t) => {
  const server = await mailServer(t)
  const pages = []
  for (const email of [EVE, 'EVE@example.com']) {
    const visit = await server.asked('sign-up', email)
    pages.push({ visit, choose: await visit.browser.submit(visit.check, '/check-mail', { code: visit.mail.code }) })
  }
  const answers = await Promise.all(
    pages.map(({ visit, choose }) => visit.browser.submit(choose, '/new-password', { password: NEW_PASSWORD })),
  )
  t.strictSame(answers.map(({ statusCode }) => statusCode).toSorted(), [303, 410])
  t.equal(await newcomers(server), 1)
})

t.test('one form twice at once: one account, and both browsers’ answers lead on', async (t) => {
  const server = await mailServer(t)
  const visit = await server.asked('sign-up', EVE)
  const choose = await visit.browser.submit(visit.check, '/check-mail', { code: visit.mail.code })
  const { action = '', hidden = {} } = formsOf(choose.body)[0] ?? {}
  const form = { ...hidden, password: NEW_PASSWORD }
  const answers = await Promise.all([1, 2].map(() => visit.browser.request('POST', action, { form })))
  for (const { statusCode } of answers) t.ok([303, 410].includes(statusCode), String(statusCode))
  t.equal(await newcomers(server), 1)
})

t.test('a bad password is told in one sentence, and what was typed stays, but for the password', async (t) => {
  const server = await mailServer(t, { OPERATOR_NAME: 'Contoso' })
  const visit = await server.asked('sign-up', EVE)
  let page = await visit.browser.submit(visit.check, '/check-mail', { code: visit.mail.code })
  for (const [password, says] of [
    ['', /too short/],
    ['short1!', /too short/],
    ['x'.repeat(257), /too long/],
    ['x'.repeat(5000), /That did not work/],
    ['aaaaaaaaaaaaaaa', /Many people use/],
    ['1234567890', /Many people use/],
    ['Contoso-2026', /mostly your name/],
    ['Evelina2026!', /mostly your name/],
    ['eveexample1', /mostly your name/],
  ] as const) {
    const again = await visit.browser.submit(page, '/new-password', { name: 'Evelina', password })
    t.match(again.body, says, password.slice(0, 20))
    t.ok(again.statusCode === 422 || again.statusCode === 400)
    if (again.statusCode !== 422) continue
    t.match(again.body, /value="Evelina"/)
    if (password !== '') t.notOk(again.body.includes(`"${password}"`))
    page = again
  }
  t.equal(await newcomers(server), 0)
  t.match(answerOf(await visit.browser.submit(page, '/new-password', { password: NEW_PASSWORD })), { code: /./ })
})

t.test(
  'address with comma, newline, quoted part, unicode domain, 320 characters: one recipient or refusal',
  async (t) => {
    const server = await mailServer(t)
    for (const email of [
      'a@example.com,b@example.com',
      'a@example.com\nBcc: b@example.com',
      'a@example.com\r\nb',
      '"a b"@example.com',
      'a,b@example.com',
      '<a@example.com>',
      'Eve <a@example.com>',
      `${'x'.repeat(310)}@x.example`,
      'a@[127.0.0.1]',
      'x',
      '',
    ]) {
      const visit = await server.begin()
      const page = await visit.ask('sign-up', email)
      onPage(t, page, 422, 'Create an account')
      t.match(page.body, /That is not an e-mail address/, email)
    }
    const { mail } = await server.asked('sign-up', 'jürgen@müller.example')
    t.match(mail.recipients, [/^jürgen@(?:müller|xn--mller-kva)\.example$/])
    t.equal(mail.recipients.length, 1)
  },
)

t.test(
  'reset form with Host, X-Forwarded-Host, X-Forwarded-Proto, Forwarded, Origin of evil.com: link begins with ISSUER, byte for byte',
  async (t) => {
    const server = await mailServer(t)
    const visit = await server.begin()
    for (const what of ['sign-up', 'forgotten'] as const) {
      const page = await visit.browser.request('GET', visit.at(what))
      const { action = '', hidden = {} } = formsOf(page.body).find((form) => form.action.endsWith(what)) ?? {}
      const headers = {
        'x-forwarded-host': 'evil.com',
        'x-forwarded-proto': 'https',
        forwarded: 'host=evil.com;proto=https',
        'x-original-host': 'evil.com',
      }
      for (const host of ['localhost:4000', 'evil.com']) {
        const email = what === 'sign-up' ? EVE : USER.email
        await visit.browser.request('POST', action, { form: { ...hidden, email }, headers: { ...headers, host } })
        const foreign = { ...headers, host, origin: 'https://evil.com' }
        const refused = await visit.browser.request('POST', action, { form: { ...hidden, email }, headers: foreign })
        t.equal(refused.statusCode, 403)
      }
    }
    const mails = await server.mailbox.deliver(server)
    t.equal(mails.length, 4, 'of the forms of our own pages')
    for (const { source, link } of mails) {
      t.ok(link.startsWith(`${ISSUER}/confirm/`), link)
      t.notMatch(source, /evil/)
    }
  },
)

/** Asks for a mail from so many addresses; how many pages can be told apart. */
async function askFrom({ app, begin }: MailServer, count: number, email: (n: number) => string): Promise<number> {
  const pages = new Set<string>()
  for (let n = 0; n < count; n++) {
    const visit = await begin()
    const page = await visit.browser.request('GET', visit.at('sign-up'))
    const { action = '', hidden = {} } = formsOf(page.body).find((form) => form.action.endsWith('sign-up')) ?? {}
    const posted = await app.inject({
      method: 'POST',
      url: action,
      remoteAddress: `192.0.2.${n}`,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        cookie: [...visit.browser.cookies].map((pair) => pair.join('=')).join('; '),
      },
      payload: new URLSearchParams({ ...hidden, email: email(n) }).toString(),
    })
    pages.add(
      plain(await visit.browser.follow(posted))
        .join()
        .replaceAll(email(n), 'EMAIL'),
    )
  }
  return pages.size
}

t.test('100 mails to one address from 100 addresses: capped per recipient and globally, quietly', async (t) => {
  const server = await mailServer(t, { VISITS_PER_MINUTE: '0', MAILS_PER_HOUR: '12' })
  t.equal(await askFrom(server, 100, () => EVE), 1, 'nobody sees a difference')
  t.equal((await server.mailbox.deliver(server)).length, 5)
  t.equal(await askFrom(server, 100, (n) => `person${n}@example.com`), 1)
  t.equal(
    (await server.mailbox.deliver(server)).length,
    7,
    'whom the first limit refused used up nothing of the second',
  )
  const refusals = await server.deps.metrics.limitRefusals.get()
  const counted = Object.fromEntries(refusals.values.map(({ labels: { limit }, value }) => [limit, value]))
  t.match(counted, { mailsByRecipient: 95, mailsOfAll: 93 })
})

t.test('mails of one kind that strangers use up leave those of the other kind', async (t) => {
  const server = await mailServer(t, { VISITS_PER_MINUTE: '0' })
  const { mailbox } = server
  const askTimes = async (what: 'sign-up' | 'forgotten', email: string) => {
    for (let n = 0; n < 6; n++) await (await server.begin()).ask(what, email)
    await mailbox.deliver(server)
  }
  await askTimes('sign-up', USER.email)
  t.match(
    await server.asked('forgotten', USER.email),
    { mail: { link: String } },
    'who has an account gets a new password',
  )
  await askTimes('forgotten', EVE)
  t.match(await server.asked('sign-up', EVE), { mail: { link: String } }, 'who has none gets one')
})

t.test(
  'one user’s mail shaped like another’s [CVE-2026-19607]: the account that is there stays its person’s',
  async (t) => {
    const server = await mailServer(t)
    for (const email of ['ADA@EXAMPLE.COM', 'ａｄａ@example.com', ' ada@example.com. ']) {
      const { mail } = await server.asked('sign-up', email).catch(() => ({ mail: undefined }))
      if (mail) t.match(mail.subject, 'You have an account already', email)
    }
    t.equal(await newcomers(server), 0)
    t.ok((await obtainCode(server.app)).code)
  },
)
