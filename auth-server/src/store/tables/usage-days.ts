// Rows of calls by the day, in UTC: the same as by the hour, kept for longer.
import { sql } from 'kysely'
import type { TableDeclaration } from '../declaration.ts'

export interface UsageDays {
  application_id: string
  api_id: string
  /** Empty where the token names none. */
  plan: string
  /** As `2026-11-28`. */
  day: string
  /** How many calls, as the database writes a bigint. */
  accepted: string
  refused: string
}

/** For how long figures by the day are kept: thirteen months, so that a month can be held against that of a year ago. */
export const DAYS_KEPT = 396

export const USAGE_DAYS: TableDeclaration<UsageDays> = {
  purpose: 'How many calls of an application there were at an API, by day and plan.',
  lifetime: {
    until: '13 months have passed',
    obsolete: sql`day < (auth_now() at time zone 'UTC')::date - ${DAYS_KEPT}::int`,
    indexed: true,
  },
  people: { nobody: 'Figures of applications, whoever used them.' },
}
