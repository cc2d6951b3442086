// "That wasn't me": what a person takes back by the link in a mail. It never signs anybody in.
import type { AuditContext } from '../audit/context.ts'
import { record } from '../audit/record.ts'
import type { Db } from '../store/database.ts'
import { mailLanguageOf } from '../store/queries/account-changes.ts'
import { takeBack } from '../store/queries/undo.ts'
import { queueMail } from '../store/tables/queued-mails.ts'
import { leaveGroupsOfEndedLinks } from './groups.ts'

/** Takes it back, and mails those whose account it is how to go on. False when the link is of no use any more. */
export function undoChange(db: Db, challengeId: string, context: AuditContext): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const undone = await takeBack(trx, challengeId)
    if (!undone) return false
    const { personId, addresses, language } = undone
    await record(trx, { type: 'account-change', outcome: 'taken-back', personId }, context)
    await leaveGroupsOfEndedLinks(trx, personId, context)
    const mail = { name: 'change-undone', facts: {} } as const
    for (const to of addresses) await queueMail(trx, { mail, language: mailLanguageOf(language), to, personId })
    return true
  })
}
