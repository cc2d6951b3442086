// Audit events: rows that are only ever added, in the transaction that they tell of.
import { type GeneratedAlways, type SqlBool, sql } from 'kysely'
import type { Db } from '../database.ts'
import type { Defaulted, Json, TableDeclaration } from '../declaration.ts'
import { hookEventOf } from '../hook-events.ts'
import { tellHooks } from './hook-subscriptions.ts'

/** What an event has changed, where its name does not say it: names alone, of nobody. */
export interface AuditedChange {
  readonly before: readonly string[]
  readonly after: readonly string[]
}

export interface AuditEvents {
  seq: GeneratedAlways<string>
  at: Defaulted<Date>
  type: string
  outcome: string
  /** A pseudonym (see tables/people.ts); null when nobody is known. */
  person: string | null
  application_id: string | null
  api_id: string | null
  request_id: string | null
  /** Who did it, where it was somebody else: a pseudonym as well. */
  actor: string | null
  /** The machine client that did it, by the management API. */
  actor_application_id: string | null
  /** Whether the operator did it, by a command. */
  by_command: Defaulted<boolean>
  change: Json<AuditedChange> | null
}

const TOLD_TO_BOTH = {
  seq: 'exported',
  at: 'exported',
  type: 'exported',
  outcome: 'exported',
  application_id: 'exported',
  api_id: 'exported',
  request_id: 'exported',
  actor_application_id: 'exported',
  by_command: 'exported',
} as const

export const AUDIT_EVENTS: TableDeclaration<AuditEvents> = {
  purpose: 'What happened to whom, when and through which application; rows are only ever added, and end as said here.',
  lifetime: {
    until:
      '90 days have passed since a wrong sign-in that led to nobody; all else is kept, or for `AUDIT_DAYS`, without an address, a name or a secret',
    obsolete: sql`person is null and actor is null and outcome = 'wrong-credentials'
      and at < auth_now() - interval '90 days'`,
    indexed: true,
    removedBy: 'remove_wrong_sign_ins',
  },
  people: {
    exported: [
      {
        rows: {
          words: 'under the pseudonym of the person',
          where: ({ pseudonym }) => sql<SqlBool>`person = ${pseudonym}::uuid`,
        },
        columns: { ...TOLD_TO_BOTH, change: 'exported', person: 'owner', actor: 'internal' },
      },
      {
        rows: {
          words: 'of what the person did to others, as an administrator',
          where: ({ pseudonym }) => sql<SqlBool>`actor = ${pseudonym}::uuid and person is distinct from actor`,
        },
        columns: { ...TOLD_TO_BOTH, change: 'internal', person: 'internal', actor: 'owner' },
      },
    ],
    erased: { nothing: 'They hold a random pseudonym alone, and what leads to it goes with the person.' },
  },
}

/** An event, and where it came from. */
export interface NewAuditEvent {
  readonly type: string
  readonly outcome: string
  readonly personId: string | null
  readonly applicationId: string | null
  readonly apiId: string | null
  readonly requestId: string | null
  /** Who did it, where it was somebody else than the person. */
  readonly actorId: string | null
  readonly actorApplicationId: string | null
  readonly byCommand: boolean
  readonly change: AuditedChange | null
  readonly address: string | null
  readonly userAgent: string | null
}

/** For how long it is remembered where a request came from. */
const DETAIL_DAYS = 90

/** Adds an event and its detail, and what hooks hear of it, in one statement. */
export async function insertAuditEvent(db: Db, event: NewAuditEvent): Promise<void> {
  const { address, userAgent } = event
  const change = event.change && JSON.stringify(event.change)
  const told = hookEventOf(event.type, event.outcome)
  await sql`
    with event as (
      insert into audit_events (type, outcome, person, application_id, api_id, request_id, actor,
                                actor_application_id, by_command, change)
      values (${event.type}, ${event.outcome}, (select pseudonym from people where id = ${event.personId}),
              ${event.applicationId}, ${event.apiId}, ${event.requestId},
              (select pseudonym from people where id = ${event.actorId}), ${event.actorApplicationId}, ${event.byCommand}, ${change}::jsonb)
      returning seq
    )${told === undefined ? sql`` : sql`, told as (${tellHooks({ ...event, event: told })})`}
    insert into audit_details (event_seq, address, user_agent, expires_at)
    select seq, ${address}, ${userAgent}, auth_now() + make_interval(days => ${DETAIL_DAYS}) from event
    where ${address}::text is not null or ${userAgent}::text is not null`.execute(db)
}

/** An event as its person sees it. */
export interface OwnEvent {
  readonly seq: string
  readonly at: Date
  readonly type: string
  readonly outcome: string
  readonly clientId: string | null
  readonly applicationName: string | null
  readonly isNameVerified: boolean
  readonly redirectUris: readonly string[] | null
  /** Where it came from, while that is remembered. */
  readonly address: string | null
  readonly userAgent: string | null
}

/** The events of a person, the last first. @param before the number of the event that the page before ended with */
export async function listOwnEvents(
  db: Db,
  { personId, before, limit }: Readonly<{ personId: string; before: string | undefined; limit: number }>,
): Promise<readonly OwnEvent[]> {
  return db
    .selectFrom('audit_events as event')
    .innerJoin('people as person', 'person.pseudonym', 'event.person')
    .leftJoin('applications as application', 'application.id', 'event.application_id')
    .leftJoin('audit_details as detail', (join) =>
      // Where it was somebody else, that is where they were.
      join
        .onRef('detail.event_seq', '=', 'event.seq')
        .on('event.actor', 'is', null)
        .on('event.actor_application_id', 'is', null),
    )
    .where('person.id', '=', personId)
    .$if(before !== undefined, (query) => query.where(sql<SqlBool>`event.seq < ${before}::bigint`))
    .orderBy('event.seq', 'desc')
    .limit(limit)
    .select([
      'event.seq',
      'event.at',
      'event.type',
      'event.outcome',
      'application.client_id as clientId',
      'application.name as applicationName',
      sql<boolean>`application.name_verified_at is not null`.as('isNameVerified'),
      'application.redirect_uris as redirectUris',
      'detail.address',
      'detail.user_agent as userAgent',
    ])
    .execute()
}
