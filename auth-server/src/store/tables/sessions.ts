// Browser sessions: found by the hash of their cookie. How they end stands in end-sessions.ts.
import { type SqlBool, sql } from 'kysely'
import type { AddedClaims } from '../added-claims.ts'
import type { Db, Trx } from '../database.ts'
import type { Defaulted, Json, TableDeclaration } from '../declaration.ts'
import { IS_FACTOR_IN_FORCE, isOfStandingPerson, secondsSince } from '../sql.ts'
import { statement } from '../statement.ts'
import type { VisitProof } from './authorization-requests.ts'

export interface Sessions {
  token_hash: string
  /** Of the token that this one replaced: it opens nothing, but its browser is known by it. */
  previous_token_hash: string | null
  id: string
  person_id: string
  auth_epoch: number
  acr: string
  /** Authentication methods (RFC 8176). */
  amr: Defaulted<string[]>
  /** Of the provider that it was opened by; null: by an account of this server, unless `amr` has `fed`. */
  issuer: string | null
  /** What that provider told, as claims. */
  added_claims: Json<AddedClaims> | null
  /** Who that is at the provider, and what it calls the sign-in there, by which it says later that this is over. */
  upstream_subject: string | null
  upstream_sid: string | null
  /** What that provider is told when the person signs out here, where it is to be told. */
  sealed_logout: string | null
  auth_time: Defaulted<Date>
  expires_at: Date
  /** Its cookie goes when the browser ends; some roles ask for that (see identity/roles.ts). */
  ends_with_browser: Defaulted<boolean>
}

export const SESSIONS: TableDeclaration<Sessions> = {
  purpose: 'The browsers in which a person is signed in.',
  lifetime: {
    until: 'it expires or the person signs out',
    obsolete: sql`expires_at < auth_now()`,
    indexed: true,
  },
  people: {
    exported: {
      rows: 'person_id',
      columns: {
        token_hash: 'secret',
        previous_token_hash: 'secret',
        id: 'exported',
        person_id: 'owner',
        auth_epoch: 'internal',
        acr: 'exported',
        amr: 'exported',
        issuer: 'exported',
        added_claims: 'exported',
        upstream_subject: 'exported',
        upstream_sid: 'internal',
        sealed_logout: 'secret',
        auth_time: 'exported',
        expires_at: 'exported',
        ends_with_browser: 'internal',
      },
    },
    erased: { deleted: 'person_id' },
  },
}

export interface Session {
  readonly id: string
  /** Of its token. */
  readonly tokenHash: string
  readonly personId: string
  /** What they chose for mails and for their own pages, if they did. */
  readonly language: string | null
  /** Their primary address, if they have one. */
  readonly email: string | null
  /** What pages call the account: by its address, else by the person's name. */
  readonly accountName: string
  /** How the person was authenticated (`acr`). */
  readonly acr: string
  /** By which methods (RFC 8176). */
  readonly amr: readonly string[]
  /** Of the provider that says so; null: this server does, or, with `fed` in `amr`, nobody knows which. */
  readonly issuer: string | null
  /** What that provider told, as claims for tokens. */
  readonly addedClaims: AddedClaims | null
  /** The kinds of second factors that the person has set up; recovery codes stand in for one and are none. */
  readonly factors: readonly string[]
  /** When, by the database's clock, and how long ago in seconds. */
  readonly authTime: Date
  readonly ageSeconds: number
  /** Whether its cookie goes when the browser ends. */
  readonly endsWithBrowser: boolean
}

/** What a browser's cookies say: hashes of its session tokens, and its visits. */
export interface BrowserProof {
  readonly tokenHashes: readonly string[]
  readonly visits: readonly VisitProof[]
}

/** Sessions of people who stand, with what pages say of them. */
export function liveSessions(db: Db) {
  return db
    .selectFrom('sessions as session')
    .innerJoin('people as person', (join) => join.on(isOfStandingPerson('session')))
    .leftJoin('email_addresses as email', (join) =>
      join.onRef('email.person_id', '=', 'person.id').on('email.is_primary', '=', true),
    )
    .where('session.expires_at', '>', sql<Date>`auth_now()`)
    .select([
      'session.id',
      'session.token_hash as tokenHash',
      'session.person_id as personId',
      'person.language',
      'email.address as email',
      sql<string>`coalesce(email.address, person.name, person.id)`.as('accountName'),
      'session.acr',
      'session.amr',
      'session.issuer',
      'session.added_claims as addedClaims',
      sql<string[]>`array(
        select distinct factor.kind from authenticators factor
        where factor.person_id = session.person_id and factor.kind <> 'recovery_code' and ${IS_FACTOR_IN_FORCE}
          -- Whoever has just made a passkey need not show it as well; the next sign-in asks for it.
          and (factor.kind <> 'passkey' or factor.enrolled_in is distinct from session.id
               or factor.confirmed_at <= session.auth_time))`.as('factors'),
      'session.auth_time as authTime',
      secondsSince(sql`session.auth_time`).as('ageSeconds'),
      'session.ends_with_browser as endsWithBrowser',
    ])
}

const FIND = statement<Readonly<{ tokenHashes: readonly string[] }>, Session>(
  ({ tokenHashes }, db) => liveSessions(db).where(sql<SqlBool>`token_hash = any(${tokenHashes})`).limit(2).compile(),
  'reads',
)

/** Finds the live session of the tokens that a browser sent. Of two nobody can say which is its own: then there is none. */
export async function findSession(db: Db, tokenHashes: readonly string[]): Promise<Session | undefined> {
  if (tokenHashes.length === 0) return undefined
  const [session, other] = await FIND(db, { tokenHashes })
  return other ? undefined : session
}

/** In how many other browsers the person is signed in. */
export async function countOtherSessions(
  db: Db,
  { personId, sessionId }: Readonly<{ personId: string; sessionId: string }>,
): Promise<number> {
  const others = await liveSessions(db).where('person.id', '=', personId).where('session.id', '<>', sessionId).execute()
  return others.length
}

/** Notes that a session's person has shown a second factor; false when the session is over. */
export async function raiseSession(
  trx: Trx,
  { sessionId, personId }: Readonly<{ sessionId: string; personId: string }>,
  { acr, amr }: Readonly<{ acr: string; amr: readonly string[] }>,
): Promise<boolean> {
  const result = await trx
    .updateTable('sessions as session')
    .from('people as person')
    .set({ acr, amr: [...amr] })
    .where('session.id', '=', sessionId)
    .where('session.person_id', '=', personId)
    .where('session.expires_at', '>', sql<Date>`auth_now()`)
    .where(isOfStandingPerson('session'))
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}
