// The headers of every mail: who sends it, to one mailbox, and that a machine wrote it.
import type { SendMailOptions } from 'nodemailer/lib/mailer'
import type { MailSender } from '../../config/mail.ts'
import type { MailMessage } from './message.ts'

/** As nodemailer takes it. The address stands by itself: in a text, a comma would make two recipients of one. */
export function mailOptions(
  { messageId, to, subject, text, html }: MailMessage,
  { name, address }: MailSender,
): SendMailOptions {
  return {
    from: { name, address },
    to: { name: '', address: to },
    envelope: { from: address, to: [to] },
    messageId,
    subject,
    text,
    html,
    // RFC 3834 §5: nobody's out-of-office note answers it.
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}
