// How mails leave: by SMTP, or while somebody develops as files in a folder. Opened once, loaded with the first mail.
import { inSpan } from '@mobile-api-gateway/sdk/tracing/span.ts'
import type { Config } from '../../config.ts'
import { keepAsFiles } from './kept-as-files.ts'
import type { Mailer } from './mailer.ts'
import { sendBySmtp } from './smtp.ts'

/**
 * Undefined where the server has not been told how to send mail: what needs it says that it is not available.
 * @param tell where a developer reads what would have been sent
 */
export function openMailer(
  { mailUrl, mailFrom }: Pick<Config, 'mailUrl' | 'mailFrom'>,
  tell: (line: string) => void = console.log,
): Mailer | undefined {
  if (mailUrl === undefined) return undefined
  const mailer = mailUrl.kind === 'folder' ? keepAsFiles(mailUrl.folder, mailFrom, tell) : sendBySmtp(mailUrl, mailFrom)
  return {
    ...mailer,
    send: (message, signal) => inSpan('send a mail', { kind: 'client' }, () => mailer.send(message, signal)),
  }
}
