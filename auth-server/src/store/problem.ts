// What keeps us from a database, in one sentence that says what it is and what to do; never a password.
import pg from 'pg'
import { codeOf } from './health.ts'
import { SchemaMismatch } from './migrate.ts'
import { isNotThereYet, UnfitServer } from './reach.ts'

/** What DATABASE_URL leads to, pg's own defaults filled in. */
interface Place {
  readonly server: string
  readonly database: string
  readonly role: string
}

interface Failure extends Place {
  readonly message: string
  readonly code: string
}

type Explain = (failure: Failure) => string

const passwordRefused: Explain = ({ server, role }) =>
  `PostgreSQL at ${server} does not accept the role "${role}" with this password. Correct DATABASE_URL.`
const unknownDatabase: Explain = ({ server, database }) =>
  `There is no database "${database}" at ${server}. Create it, or correct DATABASE_URL.`
const noRights: Explain = ({ database, role, message }) =>
  `The role "${role}" lacks rights in the database "${database}" (${message}). ` +
  `Let it own the database: ALTER DATABASE "${database}" OWNER TO "${role}".`
const certificate: Explain = ({ server, code, message }) =>
  `The certificate of PostgreSQL at ${server} is not trusted (${message || code}). ` +
  'Name the authority that signed it: &sslrootcert=/path/to/ca.pem in DATABASE_URL.'
const notOurs: Explain = ({ database, message }) =>
  `The database "${database}" holds something that is not ours (${message}). Give the auth server a database of its own.`

/** By code: SQLSTATE, or that of the operating system or of TLS. */
const BY_CODE: Readonly<Record<string, Explain>> = {
  '28P01': passwordRefused,
  // The message may be in any language, so it cannot tell a missing entry from one that asks for TLS.
  '28000': ({ server, database, role, message }) =>
    `PostgreSQL at ${server} does not let the role "${role}" into the database "${database}" like this (${message}). ` +
    'Add an entry to its pg_hba.conf; where it takes only TLS, add ?sslmode=verify-full to DATABASE_URL.',
  '3D000': unknownDatabase,
  '42501': noRights,
  '3F000': noRights,
  '42P07': notOurs,
  '42P01': ({ database, message }) =>
    `The database "${database}" lacks what the auth server makes when it starts (${message}). ` +
    'Start it on this database first, or correct DATABASE_URL.',
  '42703': notOurs,
  '42723': notOurs,
  '25006': ({ server, database }) =>
    `The database "${database}" at ${server} can only be read (a standby, or default_transaction_read_only). ` +
    'Name the primary in DATABASE_URL.',
  '55P03': ({ database }) =>
    `A table of the database "${database}" that is to be changed is in use for long. ` +
    'See in pg_stat_activity whose transaction holds it, end that, and start again.',
  '53100': ({ server }) => `The disk of PostgreSQL at ${server} is full. Make room there.`,
  '53300': ({ server }) =>
    `PostgreSQL at ${server} has no connection left. Raise its max_connections, or put PgBouncer in between.`,
  ENOTFOUND: ({ server }) => `The host of ${server} is unknown (ENOTFOUND). Correct DATABASE_URL.`,
  ENOENT: ({ message }) => `A file that DATABASE_URL names cannot be read (${message}). Correct DATABASE_URL.`,
  EACCES: ({ message }) => `Something that DATABASE_URL names may not be used (${message}). Correct its access rights.`,
  DEPTH_ZERO_SELF_SIGNED_CERT: certificate,
  SELF_SIGNED_CERT_IN_CHAIN: certificate,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: certificate,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: certificate,
  CERT_HAS_EXPIRED: certificate,
  ERR_TLS_CERT_ALTNAME_INVALID: ({ server, message }) =>
    `The certificate of PostgreSQL at ${server} is for another name (${message}). Correct the host in DATABASE_URL.`,
}

/** By what pg or PgBouncer says where there is no code, or one for everything. */
const BY_MESSAGE: readonly (readonly [RegExp, Explain])[] = [
  [
    /password must be a (non-empty )?string/,
    ({ server }) =>
      `PostgreSQL at ${server} asks for a password, and DATABASE_URL has none. Add it: user:password@host.`,
  ],
  [
    /does not support SSL connections/,
    ({ server }) =>
      `PostgreSQL at ${server} does not speak TLS. Switch it on there, or take sslmode out of DATABASE_URL.`,
  ],
  [/no such database/, unknownDatabase],
  [/no such user|(password|SASL|trust) authentication failed|auth failed/, passwordRefused],
  [
    /unsupported startup parameter/,
    ({ server, message }) =>
      `The pooler at ${server} refuses a parameter of DATABASE_URL (${message}). ` +
      "Take it out, or add it to the pooler's ignore_startup_parameters.",
  ],
  [
    /no more connections allowed/,
    ({ server }) => `The pooler at ${server} has no connection left. Raise its max_client_conn.`,
  ],
]

/**
 * @param url DATABASE_URL
 * @returns undefined when the error is not of the database
 */
export function explainDatabaseProblem(error: unknown, url: string): string | undefined {
  if (error instanceof SchemaMismatch || error instanceof UnfitServer) return error.message
  if (!(error instanceof Error) || isOfOtherFile(error, url)) return undefined
  // One address of several, e.g. of `localhost`.
  const cause = error instanceof AggregateError ? error.errors.find((each) => each instanceof Error) : error
  const code = codeOf(error)
  const place = placeOf(url)
  const failure = { ...place, code, message: cause?.message ?? error.message }
  if (isNotThereYet(error))
    return `PostgreSQL at ${place.server} does not answer (${code || failure.message}). Start it, or correct DATABASE_URL.`
  const explain = BY_MESSAGE.find(([says]) => says.test(failure.message))?.[1] ?? BY_CODE[code]
  if (explain) return explain(failure)
  return error instanceof pg.DatabaseError ? `PostgreSQL at ${place.server}: ${error.message} (${code}).` : undefined
}

/** Whether it is a file that cannot be used, and none that DATABASE_URL names: a socket is connected to, all others opened. */
function isOfOtherFile(error: Error, url: string): boolean {
  if (!('path' in error && 'syscall' in error) || error.syscall === 'connect') return false
  const named = URL.canParse(url) ? [...new URL(url).searchParams.values()] : []
  return !named.includes(String(error.path))
}

function placeOf(url: string): Place {
  try {
    const { host, port, database, user } = new pg.Client(url)
    const server = host.startsWith('/') ? host : `${host.includes(':') ? `[${host}]` : host}:${port}`
    return { server, database: database ?? '', role: user ?? '' }
  } catch {
    return { server: 'the address in DATABASE_URL', database: '', role: '' }
  }
}
