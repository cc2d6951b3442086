// When the approvers of an API last heard by mail that somebody asked.
import { sql } from 'kysely'
import type { Trx } from '../database.ts'
import type { Defaulted, TableDeclaration } from '../declaration.ts'

export interface ApprovalMails {
  api_id: string
  mailed_at: Defaulted<Date>
}

export const APPROVAL_MAILS: TableDeclaration<ApprovalMails> = {
  purpose: 'When the approvers of an API last heard by mail that somebody asked: once an hour at most.',
  lifetime: { until: 'an hour has passed', obsolete: sql`mailed_at < auth_now() - interval '1 hour'`, indexed: false },
  people: { nobody: 'Says of an API when mail went out, not to whom.' },
}

/** Whether they are to hear of it now. Of two who ask at once, the row lets one through. */
export async function claimApprovalMail(trx: Trx, apiId: string): Promise<boolean> {
  const { rows } = await sql`
    insert into approval_mails (api_id) values (${apiId})
    on conflict (api_id) do update set mailed_at = excluded.mailed_at
    where approval_mails.mailed_at < auth_now() - interval '1 hour' returning api_id`.execute(trx)
  return rows.length === 1
}
