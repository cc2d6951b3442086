// Mails over the outbox, by real SMTP: what they say, where their links lead, and what becomes of those nobody takes.

import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { pino } from 'pino'
import t from 'tap'
import { shownName } from '../../src/catalogue/shown-name.ts'
import { mailCode, readMailToken } from '../../src/crypto/mail-proof.ts'
import { openMailer } from '../../src/delivery/mail/index.ts'
import { mailTextOf } from '../../src/delivery/mail/message.ts'
import { sendBySmtp } from '../../src/delivery/mail/smtp.ts'
import { sendDueEntries } from '../../src/delivery/outbox.ts'
import { MAIL_PURPOSES } from '../../src/store/mail-purpose.ts'
import type { Mail, MailFacts, MailName } from '../../src/store/queued-mail.ts'
import { queueMail } from '../../src/store/tables/queued-mails.ts'
import { turnClock } from '../support/database.ts'
import { openMailbox } from '../support/mailbox.ts'
import { queueMailWithChallenge } from '../support/queue-mail.ts'
import { ISSUER, type TestServer, testServer } from '../support/server.ts'

const SHOP = shownName({ name: 'Shop', isNameVerified: true }, [])

/** A mail of every kind; a new one does not compile without its row. */
const FACTS: MailFacts = {
  'sign-up': { app: SHOP },
  'account-exists': { app: SHOP },
  reset: {},
  address: {},
  'own-address': {},
  'address-taken': {},
  invitation: {},
  'address-set-aside': {},
  'keep-account': { days: 7 },
  'account-changed': { change: 'passkey-added' },
  'new-sign-in': { app: SHOP },
  'role-given': { role: 'administrator' },
  'change-undone': {},
  join: { app: SHOP, by: 'bob@example.com', role: 'collaborator' },
  'left-team': { app: SHOP },
  'subscription-asked': { app: SHOP, api: 'Orders' },
  'membership-asked': { api: 'Orders' },
  'membership-invited': { api: 'Orders', by: 'bob@example.com', mayMakeAccount: true },
  'membership-decided': { api: 'Orders', decision: 'declined', reason: 'Ask your school.', days: 7 },
  'sign-in-changed': {
    app: SHOP,
    added: ['shop.example'],
    removed: ['com.example.shop'],
    tookTrust: true,
  },
  'subscription-decided': { app: SHOP, api: 'Orders', decision: 'declined', reason: 'Use the new API.' },
}
const SIGN_UP: Mail = { name: 'sign-up', facts: { app: SHOP } }
const ADA = { address: 'ada@example.com', key: 'ada@example.com' }

function mailOf<Name extends MailName>(name: Name): Mail<Name>
function mailOf(name: MailName) {
  return { name, facts: FACTS[name] }
}
function isMailName(name: string): name is MailName {
  return Object.hasOwn(FACTS, name)
}
const NAMES = Object.keys(FACTS).filter(isMailName)

/** Sends what is due; returns what the log says of it. */
async function send({ deps }: TestServer): Promise<string> {
  const lines: string[] = []
  await sendDueEntries(deps, pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }))
  return lines.join('')
}

function waiting({ db }: TestServer) {
  return db.selectFrom('outbox').selectAll().execute()
}

t.test('people.md: every mail of every kind: the only links in it begin with ISSUER, byte for byte', async (t) => {
  const box = await openMailbox(t)
  const server = await testServer(t, { ...box.environment, OPERATOR_NAME: 'Example Ltd' })
  const { cookieSecret } = server.config
  for (const language of ['en', 'de'] as const)
    for (const name of NAMES) {
      const id = await queueMailWithChallenge(server, { mail: mailOf(name), language })
      const [mail] = await box.deliver(server)
      t.ok(mail, name)
      if (!mail) continue
      const links = [...`${mail.text} ${mail.html}`.matchAll(/(?:\w+:)?\/\/[^\s"<]*/g)].map(([link]) => link)
      t.ok(
        links.every((link) => link.startsWith(`${ISSUER}/`)),
        `${name} in ${language}`,
      )
      const text = mailTextOf(mailOf(name), language)
      if (!text) throw new Error('no text')
      t.equal(links.length, text.action === undefined ? 0 : 3, 'in the text, on the button, and to copy')
      if (text.action !== undefined) {
        t.equal(
          readMailToken(
            server.config.cookieSecrets,
            mail.link.slice(`${ISSUER}${MAIL_PURPOSES['sign-up'].page}/`.length),
          ),
          id,
        )
        t.equal(mail.code, text.code === undefined ? '' : mailCode(cookieSecret, id))
        t.ok(mail.html.includes(mail.code))
      }
      t.strictSame(mail.recipients, ['ada@example.com'])
      t.equal(mail.from, '"Example" <no-reply@example.com>')
      t.equal(mail.subject, text.subject)
      t.equal(mail.headers.get('auto-submitted'), 'auto-generated')
      t.match(mail.html, `<html lang="${language}">`)
      t.notMatch(mail.html, /<img|<script|<link|url\(/)
      t.match(mail.text, /Example Ltd/)
    }
  t.strictSame(await waiting(server), [])
})

t.test('the outbox holds neither link nor code, and what was rolled back sends nothing', async (t) => {
  const box = await openMailbox(t)
  const server = await testServer(t, box.environment)
  const id = await queueMailWithChallenge(server, { mail: SIGN_UP })
  const rows = JSON.stringify(await waiting(server))
  t.notMatch(rows, mailCode(server.config.cookieSecret, id))
  t.notMatch(rows, `${id}.`)
  const queue = server.db.transaction().execute(async (trx) => {
    await queueMail(trx, { mail: mailOf('reset'), language: 'en', to: ADA })
    throw new Error('rolled back')
  })
  await t.rejects(queue, { message: 'rolled back' })
  t.strictSame(
    (await box.deliver(server)).map(({ subject }) => subject),
    ['Confirm your e-mail address'],
  )
})

t.test('a mail whose link is of no use any more is not sent: expired, consumed, or of an earlier epoch', async (t) => {
  const box = await openMailbox(t)
  const server = await testServer(t, box.environment)
  const past = new Date(Date.now() - 1000)
  const person = { purpose: 'reset', person_id: server.personId } as const
  for (const challenge of [{ expires_at: past }, { consumed_at: past }, { ...person, auth_epoch: -1 }])
    await queueMailWithChallenge(server, { mail: SIGN_UP, challenge })
  t.strictSame(await box.deliver(server), [])
  t.strictSame(await waiting(server), [])
  // What takes something back has to arrive, however often the epoch has moved.
  await queueMailWithChallenge(server, { mail: SIGN_UP, challenge: { ...person, purpose: 'undo', auth_epoch: -1 } })
  await queueMailWithChallenge(server, { mail: mailOf('reset'), challenge: { ...person, auth_epoch: 1 } })
  t.equal((await box.deliver(server)).length, 2)
})

t.test(
  'people.md: comma, newline, quoted part, unicode domain, 320 characters: one recipient or refusal',
  async (t) => {
    const box = await openMailbox(t)
    const server = await testServer(t, box.environment)
    const sent: readonly (readonly [string, string])[] = [
      ['ada+tag@example.com', 'ada+tag@example.com'],
      [' Ada@Example.COM ', 'Ada@example.com'],
      ["o'hara@example.com", "o'hara@example.com"],
      // What went over the wire is ASCII; this server shows it as it is written.
      ['ada@müller.example', 'ada@müller.example'],
    ]
    for (const [address, recipient] of sent) {
      await queueMailWithChallenge(server, { mail: SIGN_UP, address })
      t.strictSame(
        (await box.deliver(server)).map(({ recipients }) => recipients),
        [[recipient]],
        address,
      )
    }
    t.match(box.mails.at(-1)?.source, /^To: ada@xn--mller-kva\.example\r$/m)
    const refused = [
      'ada@example.com,eve@example.com',
      'ada,eve@example.com',
      'ada@example.com\r\nBcc: eve@example.com',
      'ada@example.com\nRCPT TO:<eve@example.com>',
      'ada\u2028eve@example.com',
      '"ada, eve"@example.com',
      '"ada@example.com"@evil.example',
      'ada@example.com@evil.example',
      'ada@example.com>,<eve@example.com',
      'Ada <ada@example.com>',
      '<ada@example.com>',
      '(eve)ada@example.com',
      'team:ada@example.com,eve@example.com;',
      '.ada@example.com',
      'ada..b@example.com',
      'ada@[127.0.0.1]',
      'ada@exa mple.com',
      'ada@example.com/..',
      'ada@',
      '@example.com',
      'ada',
      '',
      `${'a'.repeat(64)}@${'b.'.repeat(125)}example`.padEnd(320, 'c'),
      `${'a'.repeat(65)}@example.com`,
    ]
    for (const address of refused) {
      await queueMailWithChallenge(server, { mail: SIGN_UP, address })
      const log = await send(server)
      t.match(
        log,
        /"level":40.*a delivery is given up: no mail can be sent to such an address/,
        encodeURIComponent(address),
      )
      t.notMatch(log, /ada|eve@/i)
    }
    t.equal(box.mails.length, sent.length)
    t.strictSame(await waiting(server), [])
  },
)

t.test('a name that an app was given adds no header, no line and no HTML to a mail', async (t) => {
  const box = await openMailbox(t)
  const server = await testServer(t, box.environment)
  const name = `<b>Shop</b>\r\nBcc: eve@example.com\u202E${'x'.repeat(3000)}`
  await queueMailWithChallenge(server, {
    mail: { name: 'sign-up', facts: { app: shownName({ name, isNameVerified: true }, []) } },
  })
  const [mail] = await box.deliver(server)
  t.strictSame(mail?.recipients, ['ada@example.com'])
  t.equal(mail?.headers.has('bcc'), false)
  t.match(mail?.html, '&lt;b&gt;Shop&lt;/b&gt; ')
  t.notMatch(mail?.text, /\u202E|x{501}|^Bcc/m)
})

t.test('a server that is away, or says “later”, gets it again after a growing pause', async (t) => {
  let answers = 0
  const box = await openMailbox(t, {
    onRcptTo(_address, _session, callback) {
      answers += 1
      callback(answers === 1 ? Object.assign(new Error('greylisted ada@example.com'), { responseCode: 451 }) : null)
    },
  })
  const server = await testServer(t, box.environment)
  await queueMailWithChallenge(server, {
    mail: SIGN_UP,
    challenge: { expires_at: new Date(Date.now() + 10 * 3600_000) },
  })
  const log = await send(server)
  t.match(log, /"level":30.*waits for its next attempt/)
  t.match(log, /RCPT TO 451/)
  t.notMatch(log, /ada@|greylisted/)
  t.match(await waiting(server), [{ attempts: 1 }])
  t.strictSame(await box.deliver(server), [], 'not at once')
  await turnClock(t, server.db, 61)
  t.equal((await box.deliver(server)).length, 1)

  await queueMailWithChallenge(server, {
    mail: SIGN_UP,
    challenge: { expires_at: new Date(Date.now() + 10 * 3600_000) },
  })
  await box.close()
  await server.deps.mailer?.close()
  t.match(await send(server), /waits for its next attempt: the mail server did not take it/)
  t.match(await waiting(server), [{ attempts: 1 }])
})

t.test('a refused recipient is given up, with a line in the log that does not name them', async (t) => {
  const refuse = (responseCode: number) => Object.assign(new Error('5.1.1 <ada@example.com> unknown'), { responseCode })
  const rows = [
    { step: 'onRcptTo', responseCode: 550, outcome: /"level":40.*given up: the mail server will not take it/ },
    { step: 'onRcptTo', responseCode: 503, outcome: /waits for its next attempt/ },
    // It is us whom it does not take; that is for the operator to repair.
    { step: 'onMailFrom', responseCode: 550, outcome: /waits for its next attempt/ },
  ] as const
  for (const { step, responseCode, outcome } of rows) {
    const box = await openMailbox(t, {
      [step]: (_: unknown, __: unknown, done: (error: Error) => void) => done(refuse(responseCode)),
    })
    const server = await testServer(t, box.environment)
    await queueMailWithChallenge(server, { mail: SIGN_UP })
    const log = await send(server)
    t.match(log, outcome, `${step} ${responseCode}`)
    t.match(log, '"mail":"sign-up"')
    t.match(log, String(responseCode))
    t.notMatch(log, /ada@|unknown/)
    t.equal((await waiting(server)).length, /given up/.test(log) ? 0 : 1)
  }
})

t.test('a login that the server refuses waits for the operator', async (t) => {
  const box = await openMailbox(t, {
    disabledCommands: ['STARTTLS'],
    authOptional: false,
    allowInsecureAuth: true,
    onAuth: (_auth, _session, callback) => callback(new Error('no such user hunter2')),
  })
  const server = await testServer(t, { ...box.environment, MAIL_URL: `smtp://me:hunter2@127.0.0.1:${box.port}` })
  await queueMailWithChallenge(server, { mail: SIGN_UP })
  const log = await send(server)
  t.match(log, /waits for its next attempt.*EAUTH|EAUTH.*waits for its next attempt/)
  t.notMatch(log, /hunter2|ada@/)
})

t.test('RFC 3207: without TLS, a server that has to have it gets neither password nor mail', async (t) => {
  const box = await openMailbox(t)
  const server = {
    kind: 'smtp',
    host: '127.0.0.1',
    port: box.port,
    tls: 'required',
    user: 'me',
    password: 'x',
  } as const
  const mailer = sendBySmtp(server, { name: '', address: 'a@example.com' })
  t.teardown(() => mailer.close())
  const message = {
    messageId: '<1@example.com>',
    to: 'ada@example.com',
    subject: 's',
    text: 't',
    html: 'h',
    proof: undefined,
  }
  await t.rejects(mailer.send(message, new AbortController().signal), { message: /ETLS/ })
  t.strictSame(box.mails, [])
})

t.test('a server that takes the connection and says nothing holds up only its own mail, and not the end', async (t) => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  t.teardown(() => silent.close())
  const address = silent.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const server = await testServer(t, { MAIL_URL: `smtp://127.0.0.1:${port}`, MAIL_FROM: 'a@example.com' })
  await queueMailWithChallenge(server, { mail: SIGN_UP })
  const ending = new AbortController()
  const sending = sendDueEntries(server.deps, pino({ level: 'silent' }), ending.signal)
  await once(silent, 'connection')
  ending.abort()
  await sending
  t.match(await waiting(server), [{ attempts: 1 }])
})

t.test('in development a mail is kept as a file, and told with its link and code', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'mail-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const kept = join(folder, 'mail')
  const server = await testServer(t, { DEVELOPMENT: '1', MAIL_URL: pathToFileURL(kept).href })
  const told: string[] = []
  const mailer = openMailer(server.config, (line) => told.push(line))
  const id = await queueMailWithChallenge(server, { mail: SIGN_UP })
  await sendDueEntries({ ...server.deps, mailer }, pino({ level: 'silent' }))
  const [file = '', ...others] = readdirSync(kept)
  t.strictSame(others, [])
  t.match(file, /\.eml$/)
  t.equal(statSync(join(kept, file)).mode & 0o777, 0o600)
  t.match(readFileSync(join(kept, file), 'utf8'), /^To: ada@example.com\r?$/m)
  t.match(told.join('\n'), /^Mail to ada@example\.com: Confirm your e-mail address$/m)
  t.match(told.join('\n'), new RegExp(`^ {2}link {2}${ISSUER}/confirm/${id}\\.[\\w-]{43}$`, 'm'))
  t.match(told.join('\n'), new RegExp(`^ {2}code {2}${mailCode(server.config.cookieSecret, id)}$`, 'm'))
})

t.test('without MAIL_URL there is no mailer, and what is queued is given up', async (t) => {
  const server = await testServer(t)
  t.equal(server.deps.mailer, undefined)
  await server.db.transaction().execute((trx) => queueMail(trx, { mail: mailOf('reset'), language: 'en', to: ADA }))
  t.match(await send(server), /given up: MAIL_URL is not set/)
  t.strictSame(await waiting(server), [])
})
