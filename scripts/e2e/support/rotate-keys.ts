// npm run rotate-keys on the database of a running stack.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { loadSecrets } from '../../stack/secrets.ts'
import type { Stack } from '../../stack/stack-options.ts'

const command = join(import.meta.dirname, '../../../auth-server/src/commands/rotate-keys.ts')

/** Replaces the key of ES256; what the command said. */
export async function rotateKeys(stack: Stack, option: '--now' | '--leaked'): Promise<string> {
  const { KEY_ENCRYPTION_KEY } = await loadSecrets(join(stack.dataDir, 'secrets.json'))
  const { stdout } = await promisify(execFile)(process.execPath, [command, '--alg', 'ES256', option], {
    env: { ...process.env, DATABASE_URL: stack.databaseUrl, KEY_ENCRYPTION_KEY },
  })
  return stdout
}
