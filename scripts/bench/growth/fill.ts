// Fills a database with people and their logins, as copies of one that was made by the server itself.
import { sha256 } from '@mobile-api-gateway/auth-server/crypto/digest.ts'
import pg from 'pg'
import { CLIENT, PERSON } from '../auth/party.ts'

/** How much to put in. */
export interface GrowthSize {
  readonly people: number
  readonly families: number
}

/** Families are spread over these: each fifth is of the application of the benchmark. */
export const APPLICATIONS = 5
const OTHER_APPLICATIONS = APPLICATIONS - 1

/** The id of the nth of a kind: as random as a real one, and the same here and in PostgreSQL. */
export function nthId(kind: 'usr' | 'grant', n: number): string {
  return `${kind}_${nthText(kind, n).slice(0, 22)}`
}
/** The id of the session of the nth person. */
export function nthSession(n: number): string {
  return nthText('session', n).slice(0, 22)
}
function nthText(kind: string, n: number): string {
  return sha256(`${kind} ${n}`)
}

/** The same in SQL: 43 characters. */
function text(kind: string, n: string): string {
  const digest = `sha256(convert_to('${kind} ' || ${n}, 'UTF8'))`
  return `rtrim(translate(encode(${digest}, 'base64'), '+/', '-_'), '=')`
}
function id(kind: string, n: string): string {
  return `'${kind}_' || left(${text(kind, n)}, 22)`
}

/**
 * The tables, in the order of filling: how many rows, and what sets one apart from the row that it is a copy of (`t`). The
 * rest, times and settings, is as the server has written it.
 */
function tables({ people, families }: GrowthSize): readonly Copied[] {
  const person = id('usr', 'n')
  const ofFamily = `(1 + n % ${people})`
  const application = `case when n % ${APPLICATIONS} = 0 then t.application_id else 'app_other' || (n % ${APPLICATIONS}) end`
  const login = {
    person_id: id('usr', ofFamily),
    session_id: `left(${text('session', ofFamily)}, 22)`,
  }
  const later = `now() + (t.expires_at - now()) * (0.5 + random() / 2)`
  return [
    ['people', people, { id: person, name: `'Person ' || n`, pseudonym: 'gen_random_uuid()' }],
    [
      'email_addresses',
      people,
      {
        person_id: person,
        key: `n || '@' || (n % 500) || '.example.com'`,
        address: `n || '@' || (n % 500) || '.example.com'`,
      },
    ],
    ['passwords', people, { person_id: person }],
    [
      'sessions',
      people,
      {
        id: `left(${text('session', 'n')}, 22)`,
        token_hash: text('browser', 'n'),
        person_id: person,
        expires_at: later,
      },
    ],
    [
      'refresh_families',
      families,
      {
        id: id('grant', 'n'),
        ...login,
        application_id: application,
        current_hash: text('token', 'n'),
        expires_at: later,
      },
    ],
    [
      'audit_events',
      Math.ceil(people / 5),
      { person: 'gen_random_uuid()', at: `t.at - interval '90 days' * random()` },
    ],
  ]
}

/** A table, how many rows, and their own columns. */
type Copied = readonly [table: string, rows: number, own: Readonly<Record<string, string>>]

/**
 * Fills it, without triggers, and with indexes made afterwards; then the planner is told. Before, one person has to have
 * signed in, whose rows are copied.
 */
export async function fill(databaseUrl: string, size: GrowthSize, onTable: (table: string) => void): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query(
      `set session_replication_role = replica; set maintenance_work_mem = '512MB'; set work_mem = '512MB'; set jit = off`,
    )
    await copyRows(client, ['applications', OTHER_APPLICATIONS, { id: `'app_other' || n`, client_id: `'other' || n` }])
    const copied = tables(size)
    const names = [...new Set(copied.map(([table]) => table)), 'consents']
    const { rows: indexes } = await client.query<{ name: string; definition: string }>(
      `select indexname as name, indexdef as definition from pg_indexes
       where tablename = any($1) and not exists (select from pg_constraint where conname = indexname)`,
      [names],
    )
    for (const { name } of indexes) await client.query(`drop index ${client.escapeIdentifier(name)}`)
    for (const each of copied) {
      onTable(each[0])
      await copyRows(client, each)
    }
    onTable('consents')
    // The benchmark's application is trusted, so nobody was asked; with the others, everybody was.
    await client.query(
      `insert into consents (person_id, application_id, api_id, scopes)
       select ${id('usr', 'n')}, 'app_other' || (1 + n % ${OTHER_APPLICATIONS}), api_id, scopes
       from generate_series(1, $1::int) n, (select api_id, scopes from refresh_families limit 1) t`,
      [size.people],
    )
    onTable('indexes')
    for (const { definition } of indexes) await client.query(definition)
    // No others: a table that is empty when it is looked at is taken for one that stays so.
    await client.query(`vacuum analyze ${names.map((name) => client.escapeIdentifier(name)).join(', ')}`)
    await client.query('checkpoint')
  } finally {
    await client.end()
  }
}

/** Adds logins and codes whose time was over long ago, of each so many, to a database that was filled. */
export async function addObsolete(databaseUrl: string, { families }: GrowthSize, count: number): Promise<void> {
  const longAgo = `t.expires_at - interval '400 days'`
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query('set session_replication_role = replica')
    const own = { id: id('grant', `(n + ${families})`), expires_at: longAgo, idle_expires_at: longAgo }
    await copyRows(client, ['refresh_families', count, own])
    await copyRows(client, ['authorization_codes', count, { code_hash: text('code', 'n'), expires_at: longAgo }])
    await client.query('analyze')
  } finally {
    await client.end()
  }
}

async function copyRows(client: pg.Client, [table, rows, own]: Copied): Promise<void> {
  const { rows: columns } = await client.query<{ name: string }>(
    `select attname as name from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attidentity = ''`,
    [table],
  )
  const names = columns.map(({ name }) => name)
  // In the order of the primary key, which is there already: several times as quick.
  const order = own.id ?? own.person_id ?? 'n'
  const values = names.map((name) => own[name] ?? `t.${name}`)
  await client.query(
    `with t as materialized (select * from ${table} where ${TEMPLATE[table] ?? 'true'} limit 1)
     insert into ${table} (${names.join(', ')})
     select ${values.join(', ')} from t, (select n from generate_series(1, ${rows}) n order by ${order}) n`,
  )
}

/** Which row is copied, where a database that nobody else has used yet has more than one. */
const BY_PERSON = `person_id = (select person_id from email_addresses where key = '${PERSON.email}')`
const TEMPLATE: Readonly<Record<string, string>> = {
  applications: `client_id = '${CLIENT.id}'`,
  people: `id = (select person_id from email_addresses where key = '${PERSON.email}')`,
  email_addresses: BY_PERSON,
  audit_events: 'person is not null',
}
