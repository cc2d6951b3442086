// What sends mails, whichever way they leave.
import type { MailMessage } from './message.ts'

export interface Mailer {
  /** @throws {MailRefused} when it will never be taken, any other error when it may be taken later. */
  send(message: MailMessage, signal: AbortSignal): Promise<void>
  /** Removes what is kept here of mails to these addresses. */
  forget(addresses: readonly string[]): Promise<void>
  /** Closes the connections that are open. */
  close(): Promise<void>
}

/** Nobody will ever take this mail. Says why without naming anybody. */
export class MailRefused extends Error {
  override name = 'MailRefused'
}
