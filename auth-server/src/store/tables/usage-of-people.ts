// Rows of calls by person and day: for the person, who may see which app called which API, and for the number of people.
import { sql } from 'kysely'
import type { TableDeclaration } from '../declaration.ts'

export interface UsageOfPeople {
  person_id: string
  application_id: string
  api_id: string
  /** As `2026-11-28`, in UTC. */
  day: string
  /** How many calls, as the database writes a bigint. */
  accepted: string
  refused: string
}

/** For how long they are kept. */
export const PEOPLE_KEPT_DAYS = 30

export const USAGE_OF_PEOPLE: TableDeclaration<UsageOfPeople> = {
  purpose: 'How often an app called an API for a person, by day.',
  lifetime: {
    until: '30 days have passed',
    obsolete: sql`day < (auth_now() at time zone 'UTC')::date - ${PEOPLE_KEPT_DAYS}::int`,
    indexed: true,
  },
  people: {
    exported: {
      rows: 'person_id',
      columns: {
        person_id: 'owner',
        application_id: 'exported',
        api_id: 'exported',
        day: 'exported',
        accepted: 'exported',
        refused: 'exported',
      },
    },
    erased: { cascade: 'people' },
  },
}
