// A registration form end to end: what somebody answers in the visit of a login reaches the backend in headers that no client can forge.
import { readClaimHeader, readClaimListHeader } from '@mobile-api-gateway/sdk/backend/index.ts'
import t from 'tap'
import { BY_COMMAND } from '../../auth-server/src/audit/context.ts'
import { byFile } from '../../auth-server/src/catalogue/actor.ts'
import { defineApi } from '../../auth-server/src/catalogue/apis.ts'
import { openDatabase } from '../../auth-server/src/store/database.ts'
import { DEMO } from '../demo/known.ts'
import type { Stack } from '../stack/stack-options.ts'
import { call, logIn, refresh } from './support/app.ts'
import { recordingBackend } from './support/backend.ts'
import { onEachGateway, testStack } from './support/gateways.ts'

const CLUBS = 'X-Authenticated-Clubs'
const NEWS = 'X-Authenticated-News'
const TIER = 'X-Authenticated-Tier'
const CLAIM_HEADERS = `      claim_headers:
      - { claim: clubs, header: ${CLUBS} }
      - { claim: news, header: ${NEWS} }
      - { claim: tier, header: ${TIER} }
`
const FORGED = Object.fromEntries(
  [CLUBS, NEWS, TIER].flatMap((name) => [
    [name, 'evil'],
    [name.replaceAll('-', '_'), 'evil'],
  ]),
)

/** The demo's API asks its people. What the played person finds on a page they tick, all of it. */
async function withForm(t: { teardown(ended: () => unknown): void }, { databaseUrl }: Stack) {
  const db = openDatabase(databaseUrl, () => {}, { connections: 1 })
  t.teardown(() => db.destroy())
  const { resource } = await db
    .selectFrom('apis')
    .where('id', '=', DEMO.apiId)
    .select('resource')
    .executeTakeFirstOrThrow()
  const options = ['chess', 'go'].map((value) => ({ value, label: { en: value } }))
  const label = { en: 'A question' }
  const { apiId: id, plan, scopes } = DEMO
  const fields = [
    { name: 'clubs', type: 'choices' as const, label, options, in_access_token: true },
    { name: 'news', type: 'checkbox' as const, label, required: false, in_access_token: true },
    { name: 'terms', type: 'terms' as const, label, version: '1', link: 'https://example.com/terms' },
  ]
  const api = { id, name: 'Demo API', resource, scopes: { ...scopes }, plans: [plan], registration: { fields } }
  await defineApi(db, api, byFile(BY_COMMAND))
}

onEachGateway(t, 'the backend is told what was answered, and nothing of a client', async (t, kind) => {
  const editKongYml = (source: string) => {
    const edited = source.replace('      method_scopes: {}', `${CLAIM_HEADERS}      method_scopes: {}`)
    if (edited === source) throw new Error('kong.yml is not as this test knows it')
    return edited
  }
  const stack = await testStack(t, kind, { editKongYml })
  const received = await recordingBackend(t, stack)
  const told = async (token: string) => {
    t.equal((await call(stack, token, { headers: FORGED })).status, 200)
    const { headers = {} } = received.at(-1) ?? {}
    t.notMatch(JSON.stringify(headers), 'evil')
    return [readClaimListHeader(headers, CLUBS), readClaimHeader(headers, NEWS), readClaimHeader(headers, TIER)]
  }
  const before = await logIn(stack)
  t.strictSame(await told(before.access_token), [[], undefined, undefined], 'nobody has asked yet')

  await withForm(t, stack)
  const answered = await logIn(stack)
  t.strictSame(await told(answered.access_token), [['chess', 'go'], 'true', undefined])
  const refreshed = await refresh(stack, answered.refresh_token ?? '')
  t.strictSame(await told(refreshed.access_token), [['chess', 'go'], 'true', undefined], 'kept in the login')
  const other = await refresh(stack, before.refresh_token ?? '')
  t.strictSame(await told(other.access_token), [[], undefined, undefined], 'a login from before has none')
})
