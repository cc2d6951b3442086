// Queues mails in the outbox, in the transaction of what they tell of.
import type { Trx } from '../database.ts'
import type { QueuedMail } from '../queued-mail.ts'
import { queueEntry } from './outbox.ts'

/** The server that takes mail is one, whoever they are for. */
const RECEIVER = 'mail'

/** A mail to be sent, and whose account it is about. */
export interface NewMail extends Omit<QueuedMail, 'challengeId'> {
  readonly personId?: string | undefined
  readonly challengeId?: string | undefined
}

/**
 * Queues a mail: it is sent if, and only if, what it tells of is committed. Its link and code are those of the challenge,
 * made when it is sent; where that is of no use any more by then, nothing is sent.
 */
export async function queueMail(trx: Trx, { mail, language, to, personId, challengeId }: NewMail): Promise<void> {
  const payload: QueuedMail = { mail, language, to, challengeId: challengeId ?? null }
  await queueEntry(trx, 'mail', { receiver: RECEIVER, payload, ...(personId !== undefined && { personId }) })
}
