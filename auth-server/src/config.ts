// Configuration: environment variables in, one frozen Config out; every problem is reported in one go.

/** The secrets, each at least 32 random bytes in base64url. */
const SECRETS = {
  PASSWORD_PEPPER: 'keys the digest of every password',
  TOKEN_SECRET: 'authenticates refresh tokens; cannot mint one',
  COOKIE_SECRET: 'signs form tokens',
  KEY_ENCRYPTION_KEY: 'encrypts the private signing keys in the database',
} as const

export type Config = Readonly<{
  /** Public origin of this server, without a trailing slash; the `iss` of every token (RFC 8414 §2). */
  issuer: string
  host: string
  port: number
  databaseUrl: string
  logLevel: string
  passwordPepper: string
  tokenSecret: string
  cookieSecret: string
  keyEncryptionKey: string
}>

/** Thrown with every problem of the environment, a line each. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

const issuerProblem = (issuer: string): string | undefined => {
  if (!URL.canParse(issuer)) return 'ISSUER is not a URL; use something like https://login.example.com'
  const url = new URL(issuer)
  if (url.origin !== issuer) return `ISSUER has to be an origin without path or trailing slash; use ${url.origin}`
  if (url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname))) return undefined
  return 'ISSUER has to be https; plain http is accepted on localhost only'
}

/**
 * Reads the configuration.
 * @throws {ConfigError} naming every variable that is missing or wrong.
 */
export const readConfig = (env: Readonly<Record<string, string | undefined>>): Config => {
  const problems: string[] = []
  const issuer = env.ISSUER ?? 'http://localhost:4000'
  const problem = issuerProblem(issuer)
  if (problem) problems.push(problem)
  const port = Number(env.PORT ?? 4000)
  if (!Number.isInteger(port) || port < 0 || port > 65535) problems.push('PORT has to be a number from 0 to 65535')
  const databaseUrl = env.DATABASE_URL ?? ''
  if (!databaseUrl)
    problems.push('DATABASE_URL is missing; use something like postgresql://user:password@host:5432/auth')
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
    host: env.HOST ?? '127.0.0.1',
    port,
    databaseUrl,
    logLevel: env.LOG_LEVEL ?? 'info',
    passwordPepper: secret('PASSWORD_PEPPER'),
    tokenSecret: secret('TOKEN_SECRET'),
    cookieSecret: secret('COOKIE_SECRET'),
    keyEncryptionKey: secret('KEY_ENCRYPTION_KEY'),
  })
  if (problems.length > 0) throw new ConfigError(problems.join('\n'))
  return config
}
