// What a provider's word that sign-ins there are over does here, once.
import type { AuditContext } from '../audit/context.ts'
import { record } from '../audit/record.ts'
import type { Db } from '../store/database.ts'
import { endSessionsWithin, type UpstreamEnding } from '../store/end-sessions.ts'
import { useJti } from '../store/tables/used-jtis.ts'

/** @returns how many sessions have ended, none where they were over already; undefined where this word was taken before. */
export function endUpstreamSessions(
  db: Db,
  which: UpstreamEnding,
  { parts, keepSeconds }: Readonly<{ parts: readonly string[]; keepSeconds: number }>,
  context: AuditContext,
): Promise<number | undefined> {
  return db.transaction().execute(async (trx) => {
    if (!(await useJti(trx, parts, keepSeconds))) return undefined
    const ended = await endSessionsWithin(trx, which)
    for (const personId of new Set(ended.map((session) => session.personId)))
      await record(trx, { type: 'sign-out', outcome: 'by-provider', personId }, context)
    return ended.length
  })
}
