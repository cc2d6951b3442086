// Proving an address by mail: the mail that is asked for, and the code that comes back. One way for signing up, a forgotten password and another address.

import { mailCode } from '../crypto/mail-proof.ts'
import { randomSecret } from '../crypto/random.ts'
import { type KnownSecrets, makerOf } from '../crypto/secrets.ts'
import type { Limits } from '../limits/index.ts'
import type { Language } from '../pages/language.ts'
import type { ShownName } from '../pages/mail-text.ts'
import type { Db } from '../store/database.ts'
import { MAIL_PURPOSES, type ProofPurpose } from '../store/mail-purpose.ts'
import { tryCode } from '../store/queries/address-proofs.ts'
import { type AwaitedProof, insertProofAsked, type ProofAsker } from '../store/queries/asked-proofs.ts'
import type { Mail, MailRecipient } from '../store/queued-mail.ts'
import { queueMail } from '../store/tables/queued-mails.ts'

/** As long as a visit. */
const TTL_SECONDS = 3600

/** What somebody asks for. */
export interface ProofRequest {
  readonly purpose: ProofPurpose
  readonly to: MailRecipient
  readonly asker: ProofAsker
  readonly language: Language
  readonly appName: ShownName | undefined
  /** Of the caller. */
  readonly ip: string
}

/**
 * Queues the mail that the address should get: with link and code, or to say that there is an account already, or none.
 * Whatever it is, the same is written and nothing of it is told. What is about an account goes to the address that the
 * account has, however it was typed: another spelling may be another mailbox.
 */
export async function askForProof(
  { db, limits }: Readonly<{ db: Db; limits: Pick<Limits, 'admit'> }>,
  { purpose, to, asker, language, appName, ip }: ProofRequest,
): Promise<void> {
  const { waitSeconds } = await limits.admit({
    // By kind: whoever uses up the mails for a new account leaves those for a new password.
    mailsByRecipient: { about: `${purpose} ${to.key}` },
    mailsByAddress: { address: ip },
    mailsOfAll: {},
    ...('personId' in asker && { mailsByPerson: { about: asker.personId } }),
  })
  const isAllowed = waitSeconds === 0
  const id = randomSecret(16)
  const facts = appName === undefined ? {} : { app: appName }
  await db.transaction().execute(async (trx) => {
    const asked = { id, purpose, emailKey: to.key, address: to.address, asker, isAllowed }
    const { holder } = await insertProofAsked(trx, { ...asked, ttlSeconds: TTL_SECONDS })
    const row = MAIL_PURPOSES[purpose]
    const own = holder?.isToProve === true && 'whenOwn' in row ? row.whenOwn : undefined
    const instead = holder && own === undefined && isAllowed && 'whenTaken' in row ? row.whenTaken : undefined
    const mail: Mail = { name: own ?? instead ?? purpose, facts }
    const recipient = { ...to, address: holder?.address ?? to.address }
    await queueMail(trx, { mail, language, to: recipient, ...(instead === undefined && { challengeId: id }) })
  })
}

/** A code that was typed into the page that waits for it. */
export interface TypedCode {
  readonly awaited: Pick<AwaitedProof, 'id'>
  readonly browserHash: string
  readonly code: string
  readonly ip: string
}

export interface CodeTried {
  readonly outcome: Awaited<ReturnType<typeof tryCode>>
  /** Where it was not looked at, since too many codes were tried already. */
  readonly waitSeconds?: number
}

/**
 * Counts a code that was typed, and looks at it. Whether there is anything to prove makes no difference to how long it
 * takes.
 */
export async function proveByCode(
  { db, config, limits }: Readonly<{ db: Db; config: Readonly<{ cookieSecrets: KnownSecrets }>; limits: Limits }>,
  { awaited, browserHash, code, ip }: TypedCode,
): Promise<CodeTried> {
  const attempt = await limits.admit({ mailCodesByAddress: { address: ip }, mailCodesOfAll: {} })
  if (attempt.waitSeconds > 0) return { outcome: 'too many', waitSeconds: attempt.waitSeconds }
  // As phones and mail programs paste it; full-width digits are digits.
  const typed = code.normalize('NFKC').replace(/[\s-]/g, '')
  const isRight = makerOf(config.cookieSecrets, typed, (secret) => mailCode(secret, awaited.id)) !== undefined
  const outcome = await tryCode(db, { id: awaited.id, browserHash, isRight })
  if (outcome === 'proven') await attempt.takeBack()
  if (outcome === 'too many') limits.refused('mailCodes')
  return { outcome }
}
