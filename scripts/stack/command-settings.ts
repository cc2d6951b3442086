// What a running stack leaves in its data folder for the commands beside it: where its database is, and its secrets.
import { randomUUID } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  COMMAND_SETTINGS_FILE,
  readCommandSettings,
} from '@mobile-api-gateway/auth-server/commands/command-settings.ts'
import { resourceOf } from './urls.ts'

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

/** Where a running stack is, and the password of its demo. */
export interface LeftUrls {
  readonly issuer: string
  readonly gateway: string
  readonly resource: string
  readonly demoPassword: string
}

/** What the stack that runs on a data folder has left there, whichever ports it has; undefined when none runs. */
export function readLeftUrls(dataDir: string): LeftUrls | undefined {
  const left = new Map(readCommandSettings(dataDir))
  const [issuer, gateway, demoPassword] = ['ISSUER', 'GATEWAY', 'DEMO_PASSWORD'].map((name) => left.get(name))
  if (issuer === undefined || gateway === undefined || demoPassword === undefined) return undefined
  return { issuer, gateway, demoPassword, resource: resourceOf(gateway) }
}
