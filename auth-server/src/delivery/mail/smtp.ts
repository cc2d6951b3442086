// Sends mails by SMTP over TLS, on a few connections that are kept for a while.
import type { MailSender, SmtpServer } from '../../config/mail.ts'
import { mailOptions } from './headers.ts'
import { type Mailer, MailRefused } from './mailer.ts'

/** Mails under way at once. */
export const MAX_CONNECTIONS = 4
const CONNECT_TIMEOUT_MILLIS = 5000
const SILENCE_TIMEOUT_MILLIS = 10_000
/** A server that trickles is never silent. */
const TIMEOUT_MILLIS = 30_000
const IDLE_MILLIS = 10_000

export function sendBySmtp({ host, port, tls, user, password }: SmtpServer, from: MailSender): Mailer {
  let opened: ReturnType<typeof open> | undefined
  async function open() {
    const { createTransport } = await import('nodemailer')
    return createTransport({
      pool: true,
      host,
      port,
      secure: tls === 'from the start',
      requireTLS: tls === 'required',
      ...(user !== undefined && { auth: { user, pass: password ?? '' } }),
      maxConnections: MAX_CONNECTIONS,
      // The outbox tries again; here, a mail is sent once.
      maxRequeues: 0,
      idleTimeout: IDLE_MILLIS,
      connectionTimeout: CONNECT_TIMEOUT_MILLIS,
      greetingTimeout: CONNECT_TIMEOUT_MILLIS,
      dnsTimeout: CONNECT_TIMEOUT_MILLIS,
      socketTimeout: SILENCE_TIMEOUT_MILLIS,
    })
  }
  return {
    async send(message, signal) {
      opened ??= open()
      const transport = await opened
      const limited = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MILLIS)])
      await transport.sendMail({ ...mailOptions(message, from), signal: limited }).catch((error: unknown) => {
        throw judge(error)
      })
    },
    // What was sent is in other hands.
    async forget() {},
    async close() {
      const transport = await opened
      transport?.close({ force: true })
    },
  }
}

/**
 * What the server says often repeats the address, and nobody's log has to know it: only its numbers are handed on. That
 * it does not take the recipient or the mail is final (RFC 5321 §4.2.1). That it does not take us (a login, MAIL FROM)
 * is for the operator to repair, and so is a connection.
 */
function judge(error: unknown): Error {
  const { code, command, responseCode } = readError(error)
  const isPermanent = responseCode !== undefined && responseCode >= 500 && responseCode !== 503
  const ofMail = command === 'RCPT TO' || command === 'DATA' || command === 'API'
  const said = [code, command, responseCode].filter((part) => part !== undefined).join(' ')
  return ofMail && (isPermanent || command === 'API') ? new MailRefused(said) : new Error(said)
}

interface SmtpError {
  readonly code?: string | undefined
  readonly command?: string | undefined
  readonly responseCode?: number | undefined
}

function readError(error: unknown): SmtpError {
  if (typeof error !== 'object' || error === null) return {}
  const text = (key: string): string | undefined => {
    const value: unknown = Reflect.get(error, key)
    return typeof value === 'string' ? value : undefined
  }
  const responseCode: unknown = Reflect.get(error, 'responseCode')
  return {
    code: text('code'),
    command: text('command'),
    responseCode: typeof responseCode === 'number' ? responseCode : undefined,
  }
}
