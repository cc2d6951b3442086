// Settings as tests of the configuration need them: sound ones, and what is said of others.
import { ConfigError, readConfig } from '../../src/config.ts'
import { randomSecret } from '../../src/crypto/random.ts'

/** All that is required. */
export const SOUND = {
  DATABASE_URL: 'postgresql://auth:pw@db.example.com:5432/auth',
  PASSWORD_PEPPER: randomSecret(),
  TOKEN_SECRET: randomSecret(),
  COOKIE_SECRET: randomSecret(),
  KEY_ENCRYPTION_KEY: randomSecret(),
}

/** What is said of an environment, a line for each problem; nothing where it is sound. */
export function problemsOf(env: Readonly<Record<string, string | undefined>>): string[] {
  try {
    readConfig(env)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.message.split('\n')
  }
}
