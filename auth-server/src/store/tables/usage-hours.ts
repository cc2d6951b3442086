// Rows of calls by the hour, as gateways count them: of an application, at an API, on a plan.
import { sql } from 'kysely'
import type { TableDeclaration } from '../declaration.ts'

export interface UsageHours {
  application_id: string
  api_id: string
  /** Empty where the token names none. */
  plan: string
  /** When it began. */
  hour: Date
  /** How many calls, as the database writes a bigint. */
  accepted: string
  refused: string
}

/** For how long figures by the hour are kept. */
export const HOURS_KEPT_DAYS = 30

export const USAGE_HOURS: TableDeclaration<UsageHours> = {
  purpose: 'How many calls of an application there were at an API, by hour and plan.',
  lifetime: {
    until: '30 days have passed',
    obsolete: sql`hour < auth_now() - make_interval(days => ${HOURS_KEPT_DAYS})`,
    indexed: true,
  },
  people: { nobody: 'Figures of applications, whoever used them.' },
}
