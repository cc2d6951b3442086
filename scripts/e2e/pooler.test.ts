// The whole flow with PgBouncer between auth server and database, pooled by session and by transaction.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { POOLERS } from '@mobile-api-gateway/auth-server/config/settings.ts'
import t from 'tap'
import { testDatabase } from '../../auth-server/test/support/database.ts'
import { startPgBouncer, withoutPgBouncer } from '../../auth-server/test/support/pgbouncer.ts'
import { DEMO } from '../demo/known.ts'
import { freePorts } from '../stack/ports.ts'
import { startStack } from '../stack/stack.ts'
import { waitUntil } from '../stack/wait.ts'
import { call, logIn, refresh } from './support/app.ts'

t.setTimeout(150_000)

for (const mode of POOLERS)
  t.test(
    `pooled by ${mode}: many log in at once, refresh, call, and are refused two seconds after a revocation`,
    { skip: withoutPgBouncer, timeout: 100_000 },
    async (t) => {
      const dataDir = await mkdtemp(join(tmpdir(), 'mobile-e2e-'))
      t.teardown(() => rm(dataDir, { recursive: true, force: true }))
      // By transaction three sessions serve all ten connections of the auth server.
      const poolSize = mode === 'session' ? 20 : 3
      const databaseUrl = await startPgBouncer(t, await testDatabase(t), { mode, poolSize })
      const stack = await startStack({
        gateway: 'embedded',
        ports: await freePorts(),
        dataDir,
        databaseUrl,
        databasePooler: mode,
        editKongYml: (source) => source.replace('basic: { minute: 60 }', 'basic: { minute: 1000000 }'),
      })
      t.teardown(() => stack.stop())
      const phones = await Promise.all(Array.from({ length: 6 }, () => logIn(stack)))
      const next = await Promise.all(phones.map(({ refresh_token }) => refresh(stack, refresh_token ?? '')))
      for (const { access_token } of next) t.equal((await call(stack, access_token)).status, 200)

      const [gone, stays] = next
      const body = new URLSearchParams({ client_id: DEMO.clientId, token: gone?.refresh_token ?? '' })
      t.equal((await fetch(`${stack.urls.issuer}/revoke`, { method: 'POST', body })).status, 200)
      const refused = async () => (await call(stack, gone?.access_token)).status === 401
      t.ok(await waitUntil(refused, { timeoutMillis: 2000 }), 'the feed')
      t.equal((await call(stack, stays?.access_token)).status, 200)
    },
  )
