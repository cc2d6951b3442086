// Deleting an account: it is out of use at once, its owner can take that back by mail for a while, then it is erased.
import { type AuditContext, isBySomebodyElse, WITHOUT_REQUEST } from '../audit/context.ts'
import { record } from '../audit/record.ts'
import { randomSecret } from '../crypto/random.ts'
import type { Mailer } from '../delivery/mail/mailer.ts'
import type { Language } from '../pages/language.ts'
import { type Db, inTransaction, type Trx } from '../store/database.ts'
import { erasePerson } from '../store/person.ts'
import {
  insertKeepChallenges,
  keepByChallenge,
  leave,
  listAddressSpellings,
  listDueForErasure,
} from '../store/queries/leaving.ts'
import { queueMail } from '../store/tables/queued-mails.ts'
import { isOnlyAdministrator } from './administrators.ts'
import { eraseEach } from './erase-each.ts'

/** For how long a deletion can be taken back. */
export const GRACE_DAYS = 7
const GRACE_SECONDS = GRACE_DAYS * 24 * 3600

/**
 * Puts an account out of use and mails the link that keeps it, to each address of the person that stands. Whoever deletes the
 * account of somebody else may have changed the address before: what takes that change back takes the deletion back as well.
 * Returns when it will be
 * erased; undefined when it is not in use.
 */
export function deleteAccount(
  db: Db | Trx,
  { personId, language }: Readonly<{ personId: string; language: Language }>,
  context: AuditContext,
): Promise<Date | undefined> {
  return inTransaction(db, async (trx) => {
    const leaving = await leave(trx, personId, GRACE_SECONDS)
    if (!leaving) return undefined
    const addresses = leaving.addresses.map((address) => ({ ...address, id: randomSecret(16) }))
    await insertKeepChallenges(trx, personId, leaving, addresses)
    const mail = { name: 'keep-account', facts: { days: GRACE_DAYS } } as const
    for (const { id, ...to } of addresses) await queueMail(trx, { mail, language, to, personId, challengeId: id })
    const outcome = isBySomebodyElse(context) ? 'begun-by-administrator' : 'asked-for'
    await record(trx, { type: 'deletion', outcome, personId }, context)
    return leaving.eraseAfter
  })
}

/** The same, asked for by its person: whom nobody could follow as an administrator has to see to that first. */
export function deleteOwnAccount(
  db: Db,
  person: Readonly<{ personId: string; language: Language }>,
  context: AuditContext,
): Promise<Date | 'last administrator' | undefined> {
  return db.transaction().execute(async (trx) => {
    if (await isOnlyAdministrator(trx, person.personId)) return 'last administrator'
    return deleteAccount(trx, person, context)
  })
}

/** Takes a deletion back. False when the link was used, has run out, or the account is gone. */
export function keepAccount(db: Db, challengeId: string, context: AuditContext): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const personId = await keepByChallenge(trx, challengeId)
    if (personId === undefined) return false
    await record(trx, { type: 'deletion', outcome: 'taken-back', personId }, context)
    return true
  })
}

/** Who keeps mails outside of the database. */
export type MailKeeper = Pick<Mailer, 'forget'> | undefined

/** An administrator erases somebody at once. False when there is no such person. @param before may refuse by throwing */
export function eraseAccount(
  db: Db,
  mailer: MailKeeper,
  personId: string,
  context: AuditContext,
  before: (trx: Trx) => Promise<void>,
): Promise<boolean> {
  return erase(db, mailer, { personId, outcome: 'by-administrator', onlyIfDue: false, before }, context)
}

/**
 * Erases those whose time has come. Returns how many.
 * @throws {AggregateError} after the others, when some could not be erased
 */
export function eraseDueAccounts(db: Db, mailer: MailKeeper, signal?: AbortSignal): Promise<number> {
  return eraseEach({
    list: (...which) => listDueForErasure(db, ...which),
    erase: (personId) => erase(db, mailer, { personId, outcome: 'done', onlyIfDue: true }, WITHOUT_REQUEST),
    signal,
  })
}

interface Erasure {
  readonly personId: string
  readonly outcome: 'done' | 'by-administrator'
  readonly onlyIfDue: boolean
  readonly before?: (trx: Trx) => Promise<void>
}

async function erase(
  db: Db,
  mailer: MailKeeper,
  { personId, outcome, onlyIfDue, before }: Erasure,
  context: AuditContext,
): Promise<boolean> {
  const addresses: string[] = []
  const isErased = await erasePerson(db, personId, {
    onlyIfDue,
    also: async (trx) => {
      await before?.(trx)
      addresses.push(...(await listAddressSpellings(trx, personId)))
      await record(trx, { type: 'deletion', outcome, personId }, context)
    },
  })
  if (isErased) await mailer?.forget(addresses)
  return isErased
}
