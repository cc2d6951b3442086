// Configuration: environment variables in, one frozen Config out; every problem is reported in one go.
import { isIP } from 'node:net'
import { isLoopbackHost } from './http/outbound/public-address.ts'

/** The secrets, each at least 32 random bytes in base64url. */
const SECRETS = {
  PASSWORD_PEPPER: 'keys the digest of every password',
  TOKEN_SECRET: 'authenticates refresh tokens; cannot mint one',
  COOKIE_SECRET: 'signs form tokens and sessions',
  KEY_ENCRYPTION_KEY: 'encrypts the private signing keys in the database',
} as const

export interface Config {
  /** Public origin of this server, without a trailing slash; the `iss` of every token (RFC 8414 §2). */
  readonly issuer: string
  readonly host: string
  readonly port: number
  readonly databaseUrl: string
  /** Whether a pooler in between may give each transaction another session (PgBouncer's `pool_mode = transaction`). */
  readonly databasePooler: 'session' | 'transaction'
  readonly logLevel: string
  /** Addresses and CIDR ranges of our own load balancers: whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[]
  /** Sign-ins that one address may begin in a minute; 0 for any number. */
  readonly visitsPerMinute: number
  /** Whether people stay signed in when their browser ends, which on phones is each time that it is closed. */
  readonly sessionPersists: boolean
  /** How long the server goes on listening after SIGTERM, while it says that it is not ready any more. */
  readonly drainSeconds: number
  readonly passwordPepper: string
  readonly tokenSecret: string
  readonly cookieSecret: string
  readonly keyEncryptionKey: string
}

/** Thrown with every problem of the environment, a line each. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']

/** The ways to write yes and no. */
const SWITCH: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'on', 'yes', '1'].map((word) => [word, true] as const),
  ...['false', 'off', 'no', '0'].map((word) => [word, false] as const),
])

function issuerProblem(issuer: string): string | undefined {
  if (!URL.canParse(issuer)) return 'ISSUER is not a URL; use something like https://login.example.com'
  const url = new URL(issuer)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopbackHost(url.hostname)))
    return 'ISSUER has to be https; plain http is accepted on localhost only'
  if (url.origin !== issuer) return `ISSUER has to be an origin without path or trailing slash; use ${url.origin}`
  return undefined
}

function databaseProblem(url: string): string | undefined {
  if (!url) return 'DATABASE_URL is missing; use something like postgresql://user:password@host:5432/auth'
  if (URL.canParse(url) && /^postgres(ql)?:\/\//.test(url)) return undefined
  return 'DATABASE_URL is not a PostgreSQL URL; use something like postgresql://user:password@host:5432/auth'
}

function isRange(range: string): boolean {
  const [address = '', prefix, ...rest] = range.split('/')
  const family = isIP(address)
  if (family === 0 || rest.length > 0) return false
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128))
}

/**
 * Reads the configuration; an empty variable counts as left out.
 * @throws {ConfigError} naming every variable that is missing or wrong.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const issuer = env.ISSUER || 'http://localhost:4000'
  const port = env.PORT || '4000'
  const databaseUrl = env.DATABASE_URL ?? ''
  const databasePooler = env.DATABASE_POOLER || 'session'
  const logLevel = env.LOG_LEVEL || 'info'
  const trustedProxies = (env.TRUSTED_PROXIES ?? '').split(/[\s,]+/).filter((range) => range !== '')
  const visits = env.VISITS_PER_MINUTE || '1000'
  const sessionPersists = SWITCH.get(env.SESSION_PERSISTS || 'true')
  const drain = env.DRAIN_SECONDS || '3'
  const problems = [
    issuerProblem(issuer),
    /^\d{1,5}$/.test(port) && Number(port) <= 65535 ? undefined : 'PORT has to be a number from 0 to 65535',
    databaseProblem(databaseUrl),
    databasePooler === 'session' || databasePooler === 'transaction'
      ? undefined
      : 'DATABASE_POOLER is session (also without a pooler) or transaction',
    trustedProxies.every(isRange)
      ? undefined
      : 'TRUSTED_PROXIES lists addresses or ranges, like 10.0.0.0/8, 192.168.1.5',
    /^\d{1,9}$/.test(visits) ? undefined : 'VISITS_PER_MINUTE has to be a number; 0 for no limit',
    sessionPersists === undefined ? 'SESSION_PERSISTS is true or false' : undefined,
    /^[0-8]$/.test(drain) ? undefined : 'DRAIN_SECONDS has to be a number from 0 to 8',
    LOG_LEVELS.includes(logLevel) ? undefined : `LOG_LEVEL is one of ${LOG_LEVELS.join(', ')}`,
  ].filter((problem) => problem !== undefined)
  const secret = (name: keyof typeof SECRETS): string => {
    const value = env[name] ?? ''
    if (Buffer.from(value, 'base64url').length < 32)
      problems.push(
        `${name} (${SECRETS[name]}) has to hold 32 random bytes in base64url; make one with: openssl rand -base64 32 | tr '+/' '-_' | tr -d '='`,
      )
    return value
  }
  const config: Config = Object.freeze({
    issuer,
    host: (env.HOST || '127.0.0.1').replace(/^\[(.*)\]$/, '$1'), // an IPv6 address as it stands in a URL
    port: Number(port),
    databaseUrl,
    databasePooler: databasePooler === 'transaction' ? 'transaction' : 'session',
    logLevel,
    trustedProxies: Object.freeze(trustedProxies),
    visitsPerMinute: Number(visits),
    sessionPersists: sessionPersists === true,
    drainSeconds: Number(drain),
    passwordPepper: secret('PASSWORD_PEPPER'),
    tokenSecret: secret('TOKEN_SECRET'),
    cookieSecret: secret('COOKIE_SECRET'),
    keyEncryptionKey: secret('KEY_ENCRYPTION_KEY'),
  })
  if (problems.length > 0) throw new ConfigError(problems.join('\n'))
  return config
}
