// A whole stack for an end-to-end test, once per gateway: the embedded one, and Kong where it is installed.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { testDatabase } from '../../../auth-server/test/support/database.ts'
import { freePort } from '../../stack/ports.ts'
import { startStack } from '../../stack/stack.ts'
import type { GatewayKind, Stack, StackOptions } from '../../stack/stack-options.ts'
import { findKong } from '../../testing/optional-parts.ts'

const GATEWAYS: readonly GatewayKind[] = ['embedded', 'kong']

/** Runs a test once per gateway, side by side with nothing else; Kong's is skipped where there is no Kong. */
export function onEachGateway(t: Test, promise: string, test: (t: Test, kind: GatewayKind) => Promise<void>): void {
  // The file's own limit, which tap sets to half a minute: two gateways take longer on a small machine.
  t.setTimeout(400_000)
  for (const kind of GATEWAYS) {
    const skip = kind === 'kong' && findKong() === undefined ? 'kong is not on PATH' : false
    t.test(`${promise} (${kind})`, { skip, timeout: 120_000 }, (t) => test(t, kind))
  }
}

/** Starts a stack on free ports with a database of its own; stopped when the test ends. */
export async function testStack(
  t: Test,
  gateway: GatewayKind,
  options: Partial<
    Pick<
      StackOptions,
      'ports' | 'publicUrls' | 'editKongYml' | 'supervision' | 'onLine' | 'logLevel' | 'kongYml' | 'onConfigEdit'
    >
  > = {},
): Promise<Stack> {
  const dataDir = await mkdtemp(join(tmpdir(), 'mobile-e2e-'))
  t.teardown(() => rm(dataDir, { recursive: true, force: true }))
  const [auth, api, gatewayPort] = await Promise.all([freePort(), freePort(), freePort()])
  const databaseUrl = await testDatabase(t)
  const stack = await startStack({
    gateway,
    ports: { auth, api, gateway: gatewayPort },
    dataDir,
    databaseUrl,
    ...options,
  })
  t.teardown(() => stack.stop())
  return stack
}
