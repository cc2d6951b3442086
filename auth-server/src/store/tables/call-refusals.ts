// Rows of calls that a gateway refused although the token was signed by us: for the developer of the application.
import { sql } from 'kysely'
import type { Json, TableDeclaration } from '../declaration.ts'

/** What a developer needs to know beside the code. */
export type CallFacts = Readonly<Record<string, string | number | readonly string[]>>

export interface CallRefusals {
  application_id: string
  /** As the caller has it, in X-Kong-Request-Id. */
  request_id: string
  at: Date
  api_id: string
  /** Empty where the token names none. */
  plan: string
  code: string
  facts: Json<CallFacts>
}

/** For how long they are kept. */
export const REFUSALS_KEPT_DAYS = 7

export const CALL_REFUSALS: TableDeclaration<CallRefusals> = {
  purpose: 'Calls of applications that a gateway refused, and why; some of each minute.',
  lifetime: {
    until: '7 days have passed, or an application has 500 others, of which the youngest of each kind stay',
    obsolete: sql`at < auth_now() - make_interval(days => ${REFUSALS_KEPT_DAYS})`,
    indexed: true,
  },
  people: { nobody: 'Says what was wrong with a call, and of whose app; not for whom it was.' },
}
