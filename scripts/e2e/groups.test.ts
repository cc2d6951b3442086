// Groups end to end: who is taken out of one loses its scope at the API within two seconds, and Kong's acl goes by it.

import t from 'tap'
import { BY_COMMAND, WITHOUT_REQUEST } from '../../auth-server/src/audit/context.ts'
import { byFile } from '../../auth-server/src/catalogue/actor.ts'
import { defineApi } from '../../auth-server/src/catalogue/apis.ts'
import { addToGroup, removeFromGroup } from '../../auth-server/src/identity/groups.ts'
import { openDatabase } from '../../auth-server/src/store/database.ts'
import { DEMO } from '../demo/known.ts'
import type { Stack } from '../stack/stack-options.ts'
import { waitUntil } from '../stack/wait.ts'
import { findKong } from '../testing/optional-parts.ts'
import { call, logIn, refresh } from './support/app.ts'
import { recordingBackend } from './support/backend.ts'
import { onEachGateway, testStack } from './support/gateways.ts'

const STAFF = 'staff'
const PROMISED_MILLIS = 2000

function edited(more: (source: string) => string) {
  return (source: string): string =>
    more(source)
      .replace('basic: { minute: 60 }', 'basic: { minute: 1000000 }')
      .replace('method_scopes: {}', 'method_scopes: { POST: [orders:write] }')
}

/** The demo's API keeps the scope of writes for a group that the demo's person is in. */
async function withGroup(t: { teardown(ended: () => unknown): void }, { databaseUrl }: Stack) {
  const db = openDatabase(databaseUrl, () => {}, { connections: 1 })
  t.teardown(() => db.destroy())
  const { resource } = await db
    .selectFrom('apis')
    .where('id', '=', DEMO.apiId)
    .select('resource')
    .executeTakeFirstOrThrow()
  await defineApi(
    db,
    {
      id: DEMO.apiId,
      name: 'Demo API',
      resource,
      scopes: { ...DEMO.scopes, 'orders:write': { description: DEMO.scopes['orders:write'], group: STAFF } },
      plans: [DEMO.plan],
      tokenGroups: [STAFF],
    },
    byFile(BY_COMMAND),
  )
  const { id } = await db.selectFrom('people').select('id').executeTakeFirstOrThrow()
  const membership = { personId: id, group: STAFF, source: 'operator' }
  return {
    add: () => addToGroup(db, membership, WITHOUT_REQUEST),
    remove: () => removeFromGroup(db, membership, WITHOUT_REQUEST),
  }
}

async function becomes(wanted: number, status: () => Promise<number>, timeoutMillis: number): Promise<boolean> {
  return waitUntil(async () => (await status()) === wanted, { timeoutMillis, everyMillis: 50 })
}

onEachGateway(t, 'a lost group is felt within two seconds, and the next token works without it', async (t, kind) => {
  const stack = await testStack(t, kind, { editKongYml: edited((source) => source) })
  await recordingBackend(t, stack)
  const { add, remove } = await withGroup(t, stack)
  const outside = await logIn(stack)
  t.equal(outside.scope, 'orders:read profile:read')
  const write = async (token: string) => (await call(stack, token, { method: 'POST' })).status
  const read = async (token: string) => (await call(stack, token)).status
  t.strictSame([await read(outside.access_token), await write(outside.access_token)], [200, 403])
  await add()
  const inside = await logIn(stack)
  t.strictSame([await read(inside.access_token), await write(inside.access_token)], [200, 200])
  await remove()
  t.ok(await becomes(401, () => write(inside.access_token), PROMISED_MILLIS))
  t.equal(await read(inside.access_token), 401, 'whatever it is for')
  t.equal(await read(outside.access_token), 401, 'the tokens of this API name groups')
  let tokens = inside
  const refreshed = async (): Promise<number> => {
    tokens = await refresh(stack, tokens.refresh_token ?? '')
    return read(tokens.access_token)
  }
  t.ok(await becomes(200, refreshed, 10_000))
  t.equal(tokens.scope, 'orders:read profile:read')
  t.equal(await write(tokens.access_token), 403)
})

const skip = findKong() === undefined ? 'kong is not on PATH' : false
t.test(
  "Kong's acl lets in the people of a group, and nobody else, whatever they say of themselves",
  { skip, timeout: 120_000 },
  async (t) => {
    const acl = `  - name: acl
    config:
      allow: [${STAFF}]
      always_use_authenticated_groups: true
`
    const stack = await testStack(t, 'kong', {
      editKongYml: edited((source) =>
        source
          .replace('  # The guard, whose', `${acl}  # The guard, whose`)
          .replace(
            '      policy: mobile-api # (3)',
            '      policy: mobile-api # (3)\n      kong_consumer: virtual\n      groups_claim: groups',
          ),
      ),
    })
    const received = await recordingBackend(t, stack)
    const { add, remove } = await withGroup(t, stack)
    const forged = {
      headers: { 'x-consumer-groups': STAFF, x_authenticated_groups: STAFF, 'x-authenticated-groups': STAFF },
    }
    const outside = await logIn(stack)
    t.equal((await call(stack, outside.access_token)).status, 403)
    t.equal((await call(stack, outside.access_token, forged)).status, 403)
    t.equal(received.length, 0)
    await add()
    const inside = await logIn(stack)
    t.equal((await call(stack, inside.access_token, forged)).status, 200)
    t.match(received.at(-1)?.headers, { 'x-authenticated-groups': STAFF })
    t.equal(received.at(-1)?.headers['x-consumer-groups'], undefined)
    t.equal((await call(stack, outside.access_token)).status, 403, 'a token from before says what held then')
    await remove()
    t.ok(await becomes(401, async () => (await call(stack, inside.access_token)).status, PROMISED_MILLIS))
    let { refresh_token = '' } = inside
    const refreshed = async (): Promise<number> => {
      const tokens = await refresh(stack, refresh_token)
      refresh_token = tokens.refresh_token ?? refresh_token
      return (await call(stack, tokens.access_token)).status
    }
    t.ok(await becomes(403, refreshed, 10_000))
  },
)
