// The operator beside a stack in end-to-end tests: asks the management API as commands do.
import { createManagementClient, type ManagementClient } from '@mobile-api-gateway/sdk/management/index.ts'
import type { Test } from 'tap'
import { readCommandSettings } from '../../../auth-server/src/commands/command-settings.ts'
import { readConfig } from '../../../auth-server/src/config.ts'
import { openDeps } from '../../../auth-server/src/deps.ts'
import { OPERATOR } from '../../../auth-server/src/identity/administration/authority.ts'
import { answerInProcess } from '../../../auth-server/src/management/in-process.ts'
import { openDatabase } from '../../../auth-server/src/store/database.ts'
import type { Stack } from '../../stack/stack-options.ts'

export async function operatorOf(t: Test, stack: Stack): Promise<ManagementClient> {
  const config = readConfig(Object.fromEntries(readCommandSettings(stack.dataDir)))
  const db = openDatabase(config.databaseUrl, () => {}, { connections: 1 })
  t.teardown(() => db.destroy())
  const deps = await openDeps(config, db)
  const send = answerInProcess(deps, { authority: OPERATOR }, (cause) => t.comment(cause))
  return createManagementClient({ issuer: config.issuer, credentials: 'none', fetch: send })
}
