// A mail with a challenge behind it, queued as the pages do.
import { randomSecret } from '../../src/crypto/random.ts'
import { readAddress } from '../../src/delivery/mail/mailbox.ts'
import type { Mail } from '../../src/store/queued-mail.ts'
import type { MailChallenges } from '../../src/store/tables/mail-challenges.ts'
import { queueMail } from '../../src/store/tables/queued-mails.ts'
import type { TestServer } from './server.ts'

/** Queues it; returns the challenge's id. */
export async function queueMailWithChallenge(
  { db }: Pick<TestServer, 'db'>,
  {
    mail,
    language = 'en',
    address = 'ada@example.com',
    key = readAddress(address)?.key ?? address,
    challenge = {},
  }: Readonly<{
    mail: Mail
    language?: 'en' | 'de'
    address?: string
    key?: string
    challenge?: Partial<Pick<MailChallenges, 'purpose' | 'person_id' | 'auth_epoch' | 'expires_at' | 'consumed_at'>>
  }>,
): Promise<string> {
  const id = randomSecret(16)
  await db
    .insertInto('mail_challenges')
    .values({
      id,
      purpose: 'sign-up',
      email_key: key,
      address,
      browser_hash: 'of a browser',
      expires_at: new Date(Date.now() + 3600_000),
      ...challenge,
    })
    .execute()
  const personId = challenge.person_id ?? undefined
  await db
    .transaction()
    .execute((trx) => queueMail(trx, { mail, language, to: { address, key }, challengeId: id, personId }))
  return id
}
