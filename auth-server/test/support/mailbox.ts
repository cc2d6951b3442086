// A mail server on this machine: takes what is sent to it by SMTP, or refuses it, and keeps it for a test to read.
import { once } from 'node:events'
import { simpleParser } from 'mailparser'
import { pino } from 'pino'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import type { Test } from 'tap'
import { sendDueEntries } from '../../src/delivery/outbox.ts'
import type { TestServer } from './server.ts'

/** A mail that has arrived. */
export interface ReceivedMail {
  /** The envelope: who it was really sent to. */
  readonly recipients: readonly string[]
  readonly from: string
  readonly subject: string
  readonly text: string
  readonly html: string
  /** As it came. */
  readonly source: string
  readonly headers: ReadonlyMap<string, unknown>
  /** The link in it and the code in it, empty where there is none. */
  readonly link: string
  readonly code: string
}

export type Mailbox = Awaited<ReturnType<typeof openMailbox>>

/**
 * Opens one. Hand `environment` to `testServer`, and `deliver` sends what its outbox holds.
 * @param options of the server, such as `onRcptTo` for one that refuses
 */
export async function openMailbox(t: Test, options: SMTPServerOptions = {}) {
  const mails: ReceivedMail[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    // How long it waits for its last connections.
    closeTimeout: 100,
    onData(stream, session, callback) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        read(
          Buffer.concat(chunks),
          session.envelope.rcptTo.map(({ address }) => address),
        ).then((mail) => {
          mails.push(mail)
          callback()
        }, callback)
      })
    },
    ...options,
  })
  server.on('error', () => {})
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= new Promise((resolve) => server.close(() => resolve()))
    return closed
  }
  t.teardown(close)
  return {
    mails,
    port,
    close,
    environment: { MAIL_URL: `smtp://127.0.0.1:${port}`, MAIL_FROM: 'Example <no-reply@example.com>' },
    /** Sends what is due and returns what has arrived since the last time. */
    async deliver({ deps }: Pick<TestServer, 'deps'>): Promise<readonly ReceivedMail[]> {
      const before = mails.length
      await sendDueEntries(deps, pino({ level: 'silent' }))
      return mails.slice(before)
    },
  }
}

async function read(source: Buffer, recipients: readonly string[]): Promise<ReceivedMail> {
  const { from, subject, text, html, headers } = await simpleParser(source, { skipHtmlToText: true })
  return {
    recipients,
    from: from?.text ?? '',
    subject: subject ?? '',
    text: text ?? '',
    html: html || '',
    source: source.toString('latin1'),
    headers,
    link: /https?:\/\/\S+/.exec(text ?? '')?.[0] ?? '',
    code: /^\d{6}$/m.exec(text ?? '')?.[0] ?? '',
  }
}
