// Sends one mail of the outbox: in the recipient's language, with the link and code of its challenge.
import { LOCALES } from '../../pages/language.ts'
import { operatorNameOf } from '../../pages/operator.ts'
import { findMailedChallenge } from '../../store/queries/mailed-challenge.ts'
import type { OutboxEntry } from '../../store/tables/outbox.ts'
import type { DeliveryOutcome, DeliveryTools } from '../kind.ts'
import { type MailProof, mailProofOf, pageLinkOf } from './links.ts'
import { readAddress } from './mailbox.ts'
import { MailRefused } from './mailer.ts'
import { bodiesOf, mailTextOf } from './message.ts'

const NEVER = new AbortController().signal

/** What the log hears never has the address in it, nor what a mail server says, which may repeat it. */
export async function sendMail(
  { db, config, mailer }: DeliveryTools,
  { id, payload }: OutboxEntry<'mail'>,
  signal: AbortSignal = NEVER,
): Promise<DeliveryOutcome> {
  const { mail, language, to, challengeId } = payload
  const about = { mail: mail.name }
  if (!mailer) return { kind: 'refused', because: 'MAIL_URL is not set', about }
  const text = Object.hasOwn(LOCALES, language) ? mailTextOf(mail, language) : undefined
  if (!text) return { kind: 'later', because: 'a newer release queued it', about }
  const address = readAddress(to.address)
  const mailbox = address?.key === to.key ? address.mailbox : undefined
  // Also where an address leads to another account than the one that it was queued for.
  if (mailbox === undefined) return { kind: 'refused', because: 'no mail can be sent to such an address', about }
  let proof: MailProof | undefined
  if (challengeId !== null) {
    const challenge = await findMailedChallenge(db, challengeId)
    if (!challenge) return { kind: 'dropped' }
    proof = mailProofOf(config, { id: challengeId, ...challenge })
  }
  const sender = operatorNameOf(config)
  const messageId = `<${id}@${config.mailFrom.address.split('@').at(-1)}>`
  const bodies = bodiesOf(text, { language, proof, leadsTo: pageLinkOf(config, mail.name), sender })
  try {
    await mailer.send({ messageId, to: mailbox, subject: text.subject, ...bodies, proof }, signal)
    return { kind: 'arrived' }
  } catch (error) {
    const said = { ...about, said: error instanceof Error ? error.message : undefined }
    return error instanceof MailRefused
      ? { kind: 'refused', because: 'the mail server will not take it', about: said }
      : { kind: 'later', because: 'the mail server did not take it', about: said }
  }
}
