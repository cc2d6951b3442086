// A route says whom it is for; what it does not name it does not get.
import t from 'tap'
import { demandIdentity } from '../../src/backend/demand-identity.ts'
import type { Identity } from '../../src/backend/identity.ts'

const APP = { clientId: 'demo-app', applicationId: 'app_1', scopes: ['orders:read'], issuer: undefined }
const ACCOUNT: Identity = { kind: 'account', userId: 'usr_alice', isAttested: false, ...APP }
const GUEST: Identity = { kind: 'guest', userId: 'usr_guest', isAttested: false, ...APP }
const MACHINE: Identity = { kind: 'application', ...APP }
const NOBODY: Identity = { kind: 'anonymous' }

t.test('people with an account alone, unless told', async (t) => {
  t.equal(demandIdentity(ACCOUNT).userId, 'usr_alice')
  for (const identity of [GUEST, MACHINE])
    t.throws(() => demandIdentity(identity), { statusCode: 403, code: 'kind_not_accepted' })
  t.throws(() => demandIdentity(NOBODY), { statusCode: 401, code: 'login_required' })
})

t.test('the kinds that are named, typed as such', async (t) => {
  const user = demandIdentity(GUEST, { kinds: ['account', 'guest'] })
  t.equal(user.userId, 'usr_guest')
  t.equal(demandIdentity(MACHINE, { kinds: ['application'] }).clientId, 'demo-app')
  t.equal(demandIdentity(NOBODY, { kinds: ['account', 'anonymous'] }).kind, 'anonymous')
  // @ts-expect-error an application has no user
  t.equal(demandIdentity(MACHINE, { kinds: ['application'] }).userId, undefined)
  t.throws(() => demandIdentity(ACCOUNT, { kinds: [] }), { statusCode: 403, code: 'kind_not_accepted' })
})

t.test('all scopes; who has none lacks a token, who has others lacks a scope (RFC 6750 §3.1)', async (t) => {
  demandIdentity(ACCOUNT, { scopes: ['orders:read'] })
  t.throws(() => demandIdentity(ACCOUNT, { scopes: ['orders:read', 'orders:write'] }), {
    statusCode: 403,
    code: 'insufficient_scope',
    headers: {
      'www-authenticate':
        'Bearer error="insufficient_scope", error_description="The access token lacks a scope that this needs", scope="orders:read orders:write"',
    },
  })
  t.throws(() => demandIdentity(NOBODY, { kinds: ['anonymous'], scopes: ['orders:read'] }), {
    statusCode: 401,
    code: 'login_required',
    headers: { 'www-authenticate': 'Bearer scope="orders:read"' },
  })
})
