// people.md: whatever changes how somebody signs in is told to every address that they held before the change, and to no other.
import t from 'tap'
import { UNDO } from '../../src/pages/locales/en/undo.ts'
import type { AccountChangeKind } from '../../src/store/account-change.ts'
import { accountToken, addAddress, atAccount } from '../support/account.ts'
import type { Browser } from '../support/browser.ts'
import { type MailServer, mailServer, NEW_PASSWORD } from '../support/mail-visit.ts'
import { authenticatorApp } from '../support/second-factor.ts'
import { ISSUER, USER } from '../support/server.ts'
import { SoftPasskey } from '../support/soft-passkey.ts'
import { catalogueOf, openUpstream } from '../support/upstream.ts'

t.setTimeout(120_000)

const SECURITY = '/account/security'
const SECOND = 'second@example.com'
const ADDED = 'added@example.com'

type Upstream = Awaited<ReturnType<typeof openUpstream>>
type Change = (server: MailServer, browser: Browser, corp: Upstream) => Promise<unknown>

async function addressPath(browser: Browser, address: string): Promise<string> {
  const { body } = await browser.open(`${SECURITY}/addresses`)
  for (const [, path = ''] of body.matchAll(/href="([^"]*\/addresses\/[\w-]{20,})"/g))
    if ((await browser.open(path)).body.includes(`<h1>${address}`)) return path
  throw new Error(`${address} is not on the page`)
}

async function setUpApp({ db }: MailServer, browser: Browser): Promise<void> {
  const page = await browser.submit(await browser.open(`${SECURITY}/authenticator-app`), '/begin')
  const [, secret = ''] = /<code>([A-Z2-7 ]+)<\/code>/.exec(page.body) ?? []
  await browser.submit(page, '/authenticator-app', { code: await authenticatorApp(db, secret)() })
}

async function addPasskey(server: MailServer, browser: Browser): Promise<void> {
  const form = { csrf: accountToken(server, browser) }
  const { challenge } = (await browser.request('POST', `${SECURITY}/passkeys/options`, { form })).json()
  const credential = new SoftPasskey().create({ origin: ISSUER, rpId: 'localhost', challenge })
  await browser.request('POST', `${SECURITY}/passkeys`, { form: { ...form, credential } })
}

async function linkCorp(_server: MailServer, browser: Browser, corp: Upstream): Promise<void> {
  corp.is({ sub: 'ada at corp' })
  const sent = await browser.submit(await browser.open(`${SECURITY}/linked`), '/add/corp')
  const { pathname, search } = await corp.travel()(sent.headers.location ?? '')
  await browser.open(`${pathname}${search}`)
}

/** How each kind of change is made, by its person at the pages; the kinds that nothing makes yet are told so. */
const CHANGES: Readonly<
  Record<AccountChangeKind, Readonly<{ ready?: Change; change: Change }> | 'made by nobody yet'>
> = {
  'password-changed': {
    change: async (_server, browser) =>
      browser.submit(await browser.open(`${SECURITY}/password`), '/password', { password: NEW_PASSWORD }),
  },
  'password-reset': {
    change: async (server) => {
      const visit = await server.begin()
      const check = await visit.ask('forgotten', USER.email)
      const [mail] = await server.mailbox.deliver(server)
      const choose = await visit.browser.submit(check, '/check-mail', { code: mail?.code ?? '' })
      return visit.browser.submit(choose, '/new-password', { password: NEW_PASSWORD })
    },
  },
  'address-added': {
    change: async (server, browser) => {
      await browser.submit(await browser.open(`${SECURITY}/addresses/add`), '/add', { email: ADDED })
      const [mail] = await server.mailbox.deliver(server)
      return browser.submit(await browser.open((mail?.link ?? '').slice(ISSUER.length)), '')
    },
  },
  'address-removed': {
    change: async (_server, browser) =>
      browser.submit(await browser.open(`${await addressPath(browser, SECOND)}/remove`), '/remove'),
  },
  'address-made-primary': {
    change: async (_server, browser) =>
      browser.submit(await browser.open(await addressPath(browser, SECOND)), '/primary'),
  },
  'passkey-added': { change: addPasskey },
  'passkey-removed': {
    ready: addPasskey,
    change: async ({ db }, browser) => {
      const { id } = await db.selectFrom('authenticators').select('id').executeTakeFirstOrThrow()
      return browser.submit(await browser.open(`${SECURITY}/passkeys/${id}/remove`), '/remove')
    },
  },
  'totp-added': { change: setUpApp },
  'totp-removed': {
    ready: setUpApp,
    change: async (_server, browser) =>
      browser.submit(await browser.open(`${SECURITY}/authenticator-app/remove`), '/remove'),
  },
  'recovery-codes-made': {
    ready: setUpApp,
    change: async (_server, browser) =>
      browser.submit(await browser.open(`${SECURITY}/recovery-codes`), '/recovery-codes'),
  },
  'identity-added': { change: linkCorp },
  'identity-removed': {
    ready: linkCorp,
    change: async (_server, browser) => {
      const [, href = ''] = /href="([^"]*\/remove)"/.exec((await browser.open(`${SECURITY}/linked`)).body) ?? []
      return browser.submit(await browser.open(href), '/remove')
    },
  },
  'recovery-codes-removed': 'made by nobody yet',
  'new-browser': 'made by nobody yet',
}

for (const [kind, how] of Object.entries(CHANGES)) {
  if (how === 'made by nobody yet') continue
  t.test(`${kind}: notice to the addresses held before the change, with an undo link for days`, async (t) => {
    const corp = await openUpstream(t)
    const server = await mailServer(t, await catalogueOf(t, { corp: corp.settings }))
    const { db, mailbox } = server
    await addAddress(server, SECOND)
    await addAddress(server, 'not-proven@example.com', false)
    const browser = await atAccount(server)
    await how.ready?.(server, browser, corp)
    await mailbox.deliver(server)
    await how.change(server, browser, corp)
    const mails = await mailbox.deliver(server)
    const notices = mails.filter(({ subject }) => subject === 'Your account was changed')
    t.strictSame(notices.flatMap(({ recipients }) => recipients).toSorted(), [USER.email, SECOND].toSorted())
    for (const { text, link, recipients } of notices) {
      t.ok(text.includes(UNDO.changes[kind as AccountChangeKind]), text)
      t.ok(link.startsWith(`${ISSUER}/undo/`), recipients.join())
    }
    const { days } = await db
      .selectFrom('mail_challenges')
      .where('purpose', '=', 'undo')
      .select(({ fn, val }) =>
        fn<number>('date_part', [val('day'), fn('age', ['expires_at', 'created_at'])]).as('days'),
      )
      .executeTakeFirstOrThrow()
    t.equal(days, 3)
  })
}
