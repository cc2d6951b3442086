// What an application may have is limited where it is stored: whatever is stored can be told, alone and in a list.
import t from 'tap'
import { registerApplication } from '../../src/catalogue/applications.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { HTTPS_ISSUER } from '../support/app-identity.ts'
import { machine } from '../support/management.ts'
import { testServer } from '../support/server.ts'

const server = await testServer(t, { ISSUER: HTTPS_ISSUER })
const { ask } = await machine(server)
function uris(count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => `https://shop.example.com/${n}`)
}
const APPLICATION = { clientId: 'many', name: 'Many', kind: 'native', redirectUris: uris(20) } as const
const LINK = `${HTTPS_ISSUER}/apps/many/callback`
const IDENTITY = { apple: { team: 'ABCDE12345', bundle: 'com.example.many' } }
const IF_ANY = { 'if-match': '*' }

t.test('no way in takes more than an answer can tell', async (t) => {
  for (const [what, changes] of [
    ['redirect URIs', { redirectUris: uris(21) }],
    ['a long redirect URI', { redirectUris: [`https://shop.example.com/${'x'.repeat(2000)}`] }],
    ['post-logout redirect URIs', { postLogoutRedirectUris: uris(21) }],
    ['classes of sign-in', { defaultAcrValues: Array.from({ length: 11 }, (_, n) => `acr:${n}`) }],
    ['a long class of sign-in', { defaultAcrValues: ['x'.repeat(101)] }],
    ['an empty class of sign-in', { defaultAcrValues: [''] }],
    ['a long back-channel logout URI', { backchannelLogoutUri: `https://shop.example.com/${'x'.repeat(2000)}` }],
  ] as const)
    await t.rejects(
      registerApplication(server.db, { ...APPLICATION, ...changes }, HTTPS_ISSUER, OPERATOR),
      { name: 'InvalidApplication' },
      what,
    )
})

t.test(
  'the link of an app comes and goes with its record, beside 20 redirect URIs, and through every change',
  async (t) => {
    await registerApplication(server.db, APPLICATION, HTTPS_ISSUER, OPERATOR)
    const set = await ask('PUT', '/applications/many/identity', { body: IDENTITY, headers: IF_ANY })
    t.equal(set.statusCode, 200, set.body)
    for (const path of ['/applications/many', '/applications']) {
      const read = await ask('GET', path)
      t.equal(read.statusCode, 200, read.body)
      t.match(read.body, LINK)
    }
    const renamed = await ask('PATCH', '/applications/many', { body: { name: 'More' }, headers: IF_ANY })
    t.equal(renamed.statusCode, 200, renamed.body)
    const patched = await ask('PATCH', '/applications/many', { body: { redirect_uris: uris(1) }, headers: IF_ANY })
    t.strictSame(patched.json().redirect_uris, [...uris(1), LINK], 'what somebody sends says nothing of the link')
    t.equal((await ask('DELETE', '/applications/many/identity', { headers: IF_ANY })).statusCode, 204)
    t.strictSame((await ask('GET', '/applications/many')).json().redirect_uris, uris(1))
  },
)

t.test('the audit log tells what a change was from and to', async (t) => {
  const { ask: read } = await machine(server)
  const body = { name: 'Told', kind: 'native', redirect_uris: ['com.example.told:/a'] }
  const { client_id: clientId } = (await ask('POST', '/applications', { body })).json()
  const path = `/applications/${clientId}`
  await ask('PATCH', path, { body: { redirect_uris: ['com.example.told:/b'] }, headers: IF_ANY })
  await ask('PUT', `${path}/identity`, { body: IDENTITY, headers: IF_ANY })
  await ask('DELETE', `${path}/identity`, { headers: IF_ANY })
  const { items } = (await read('GET', '/audit', { query: { client_id: clientId } })).json()
  const changes = items.map(({ outcome, change }: { outcome: string; change: unknown }) => [outcome, change])
  t.match(changes.toReversed(), [
    ['created', { before: Array, after: Array }],
    ['changed', { before: ['redirect URIs: com.example.told:/a'], after: ['redirect URIs: com.example.told:/b'] }],
    ['identity-set', { before: Array, after: Array }],
    ['identity-removed', { before: Array, after: Array }],
  ])
  t.match(JSON.stringify(changes), /Apple: ABCDE12345\.com\.example\.many/)
})
