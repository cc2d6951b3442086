// Makes .env for docker-compose.yml: a secret for each variable it asks for. An existing file is left alone.
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
// By its path, because there may be nothing but Node: docker run … node scripts/make-env.ts
import { runCommand } from '../auth-server/sdk/src/command-line.ts'

/** Names of the secrets: four of the auth server, three between containers. */
export const SECRET_NAMES = [
  ...['PASSWORD_PEPPER', 'TOKEN_SECRET', 'COOKIE_SECRET', 'KEY_ENCRYPTION_KEY'],
  ...['POSTGRES_PASSWORD', 'REDIS_PASSWORD', 'GATEWAY_CLIENT_SECRET'],
] as const

/** The text of a fresh .env: 32 random bytes each, base64url. */
export function makeEnv(): string {
  const lines = SECRET_NAMES.map((name) => `${name}=${randomBytes(32).toString('base64url')}`)
  return `# Secrets of this machine's containers. Without them the database is useless: keep them with your backups.\n${lines.join('\n')}\n`
}

const USAGE = `Usage: npm run make-env

Writes .env beside docker-compose.yml, with a fresh secret for each variable that it asks for. A file that is there
already stays as it is.

  --help  this text
`

if (import.meta.main)
  await runCommand({ usage: USAGE, options: {} }, () => {
    const file = join(import.meta.dirname, '..', '.env')
    try {
      writeFileSync(file, makeEnv(), { mode: 0o600, flag: 'wx' })
      console.log(`${file} written, readable by you alone`)
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') throw error
      console.log(`${file} is there already and stays as it is`)
    }
    return 0
  })
