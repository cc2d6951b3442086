// When those who decide about an API last heard by mail that somebody asked: an app, or a person.
import { sql } from 'kysely'
import type { Trx } from '../database.ts'
import type { Defaulted, TableDeclaration } from '../declaration.ts'

export interface ApprovalMails {
  api_id: string
  /** That an app asks; -infinity: never. */
  mailed_at: Defaulted<Date>
  /** That a person asks. */
  people_mailed_at: Date | null
}

export const APPROVAL_MAILS: TableDeclaration<ApprovalMails> = {
  purpose:
    'When those who decide about an API last heard by mail that an app asks, or that a person does: each once an hour at most.',
  lifetime: {
    until: 'an hour has passed',
    obsolete: sql`greatest(mailed_at, people_mailed_at) < auth_now() - interval '1 hour'`,
    indexed: false,
  },
  people: { nobody: 'Says of an API when mail went out, not to whom.' },
}

/** Whether approvers are to hear of an app now. Of two who ask at once, the row lets one through. */
export async function claimApprovalMail(trx: Trx, apiId: string): Promise<boolean> {
  const { rows } = await sql`
    insert into approval_mails (api_id) values (${apiId})
    on conflict (api_id) do update set mailed_at = excluded.mailed_at
    where approval_mails.mailed_at < auth_now() - interval '1 hour' returning api_id`.execute(trx)
  return rows.length === 1
}

/** Whether administrators are to hear of a person now. */
export async function claimMembershipMail(trx: Trx, apiId: string): Promise<boolean> {
  const { rows } = await sql`
    insert into approval_mails (api_id, mailed_at, people_mailed_at) values (${apiId}, '-infinity', auth_now())
    on conflict (api_id) do update set people_mailed_at = excluded.people_mailed_at
    where coalesce(approval_mails.people_mailed_at, '-infinity') < auth_now() - interval '1 hour'
    returning api_id`.execute(trx)
  return rows.length === 1
}
