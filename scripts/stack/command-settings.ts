// What a running stack leaves in its data folder for the commands beside it: where its database is, and its secrets.
import { randomUUID } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { COMMAND_SETTINGS_FILE } from '@mobile-api-gateway/auth-server/commands/command-settings.ts'

/** Leaves them, readable by the owner alone; the result takes them away again. */
export async function leaveCommandSettings(
  dataDir: string,
  settings: Readonly<Record<string, string>>,
): Promise<() => Promise<void>> {
  const path = join(dataDir, COMMAND_SETTINGS_FILE)
  const whole = `${path}.${randomUUID()}`
  await writeFile(whole, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 })
  await rename(whole, path)
  return () => rm(path, { force: true })
}
