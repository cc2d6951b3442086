// Who owns what of the catalogue: what the file manages is the file's alone to change, and what the portal manages the portal's.
import t from 'tap'
import { BY_COMMAND } from '../../src/audit/context.ts'
import { ManagedElsewhere } from '../../src/catalogue/actor.ts'
import { defineApi, defineBuiltInApi } from '../../src/catalogue/apis.ts'
import { registerApplication } from '../../src/catalogue/applications.ts'
import { removeAppIdentity, setAppIdentity } from '../../src/catalogue/set-app-identity.ts'
import { subscribe } from '../../src/catalogue/subscriptions.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { revocationsApi } from '../../src/oauth/feed/gateway-access.ts'
import { API, APP, ISSUER, testServer } from '../support/server.ts'

const FILE = { context: BY_COMMAND, file: 'catalogue.yml' }
const OWNED_API = { ...API, id: 'owned-api', resource: 'https://api.example.com/owned' }
const OWNED_APP = { ...APP, clientId: 'owned-app', redirectUris: ['com.example.owned:/callback'] }
const IDENTITY = { appleTeam: 'ABCDE12345', appleBundle: 'com.example.owned' }

t.test('what one manages nobody else changes, and is told who does; the same again is nothing', async (t) => {
  const { db, applicationId: portalApp } = await testServer(t)
  for (const [by, other, name] of [
    [FILE, OPERATOR, 'file'],
    [OPERATOR, FILE, 'portal'],
  ] as const) {
    const api = { ...OWNED_API, id: `api-of-${name}`, resource: `https://api.example.com/${name}` }
    const app = { ...OWNED_APP, clientId: `app-of-${name}`, redirectUris: [`com.example.${name}:/callback`] }
    t.equal(await defineApi(db, api, by), 'created')
    t.equal(await defineApi(db, api, by), 'unchanged')
    const applicationId = await registerApplication(db, app, ISSUER, by)
    const subscription = { applicationId, apiId: api.id, plan: 'basic', scopes: ['orders:read'], trusted: false }
    t.equal(await subscribe(db, subscription, by), 'created')
    t.equal(await subscribe(db, subscription, by), 'unchanged')
    await setAppIdentity(db, ISSUER, app.clientId, IDENTITY, by)

    const before = await everything()
    const writes: readonly (() => Promise<unknown>)[] = [
      () => defineApi(db, { ...api, name: 'Taken', plans: ['free'], scopes: { 'new:scope': '' } }, other),
      () => registerApplication(db, { ...app, name: 'Taken' }, ISSUER, other),
      () => subscribe(db, { ...subscription, trusted: true }, other),
      () => setAppIdentity(db, ISSUER, app.clientId, { ...IDENTITY, appleTeam: 'FGHIJ67890' }, other),
      () => removeAppIdentity(db, ISSUER, app.clientId, other),
    ]
    for (const write of writes)
      await t.rejects(write(), {
        name: 'ManagedElsewhere',
        managedBy: name,
        message: name === 'file' ? /managed by catalogue\.yml/ : /managed elsewhere/,
      })
    t.strictSame(await everything(), before)
  }
  // A subscription is an object of its own: neither its application nor its API has to be of the same owner.
  const mixed = { applicationId: portalApp, apiId: 'api-of-file', plan: 'basic', scopes: [], trusted: false }
  t.equal(await subscribe(db, mixed, OPERATOR), 'created')
  await t.rejects(subscribe(db, { ...mixed, trusted: true }, FILE), ManagedElsewhere)

  async function everything() {
    const tables = [
      'apis',
      'api_scopes',
      'plans',
      'api_plans',
      'applications',
      'subscriptions',
      'app_identities',
      'audit_events',
    ] as const
    return Promise.all(tables.map((table) => db.selectFrom(table).selectAll().execute()))
  }
})

t.test('of two owners who create one thing at once, one does', async (t) => {
  const { db } = await testServer(t)
  const both = [FILE, OPERATOR]
  for (const create of [
    (by: typeof FILE | typeof OPERATOR) => defineApi(db, OWNED_API, by),
    (by: typeof FILE | typeof OPERATOR) => registerApplication(db, OWNED_APP, ISSUER, by),
  ]) {
    const outcomes = await Promise.allSettled(both.map(create))
    t.strictSame(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    t.ok(outcomes.some((outcome) => outcome.status === 'rejected' && outcome.reason instanceof ManagedElsewhere))
  }
})

t.test('nobody defines an API of the server itself, and each definition that breaks a rule is told how', async (t) => {
  const { db, applicationId } = await testServer(t)
  const own = revocationsApi(ISSUER)
  await defineBuiltInApi(db, own)
  const refused: readonly (readonly [string, Partial<typeof OWNED_API> | object, RegExp])[] = [
    ['the feed of revocations', own, /the server's own/],
    ['the management API', { id: 'management' }, /the server's own/],
    ['an id that no URL should hold', { id: 'Orders' }, /begins with a small letter/],
    ['no name', { name: ' ' }, /visible characters/],
    ['a name that turns the writing around', { name: 'Orders\u202e' }, /visible characters/],
    ['a description with a NUL', { description: 'a\0b' }, /visible characters/],
    ['a resource with a fragment (RFC 8707 §2)', { resource: 'https://api.example.com/#x' }, /absolute URI/],
    ['a relative resource', { resource: '/orders' }, /absolute URI/],
    ['a scope with a blank (RFC 6749 §3.3)', { scopes: { 'a b': '' } }, /no scope/],
    ['a plan that kong.yml could not name', { plans: ['Gold'] }, /name of a plan/],
    ['a group of no such name', { tokenGroups: ['Staff'] }, /name of a group/],
    ['guests on a plan that is not there', { guests: { plan: 'guest', scopes: [] } }, /one of its plans/],
    ['guests with a scope that is not there', { guests: { plan: 'basic', scopes: ['x'] } }, /none of its scopes/],
  ]
  for (const [name, changes, message] of refused)
    await t.rejects(defineApi(db, { ...OWNED_API, ...changes }, OPERATOR), { name: 'InvalidApi', message }, name)
  await t.rejects(defineApi(db, { ...OWNED_API, resource: own.resource }, OPERATOR), {
    name: 'CatalogueConflict',
    message: /Another API has this resource/,
  })
  const subscription = { applicationId, apiId: API.id, plan: 'basic', scopes: [], trusted: false }
  for (const [changes, message] of [
    [{ apiId: 'no-such-api' }, /There is no API/],
    [{ plan: 'gold' }, /no plan gold.*basic/],
    [{ scopes: ['orders:read', 'x'] }, /no scope x.*orders:read/],
  ] as const)
    await t.rejects(subscribe(db, { ...subscription, ...changes }, OPERATOR), { name: 'InvalidSubscription', message })
})
