// Facts become headers, or the header goes: never somebody else's, never two, never half of one.
import t from 'tap'
import { knownCaller } from '../../src/stages/caller.ts'
import { CLEAR } from '../../src/stages/effects.ts'
import { identityHeaders } from '../../src/stages/identity/identity.ts'

const facts = {
  subject: 'usr_alice',
  subjectKind: 'account',
  isAttested: false,
  clientId: 'demo-app',
  scope: 'profile:read orders:read',
  applicationId: 'app_1',
  plan: 'basic',
  issuer: undefined,
} as const
const alice = knownCaller(facts)

t.test('every fact has its header', async (t) => {
  t.strictSame(identityHeaders(alice), {
    'X-Authenticated-UserId': 'usr_alice',
    'X-Authenticated-Kind': 'account',
    'X-Authenticated-Attested': CLEAR,
    'X-Authenticated-Scope': 'profile:read orders:read',
    'X-Consumer-Username': 'demo-app',
    'X-Consumer-Custom-ID': 'app_1',
    'X-Credential-Identifier': 'demo-app',
  })
})

t.test('a missing or empty fact clears its header', async (t) => {
  t.strictSame(identityHeaders({ ...alice, scope: '', applicationId: undefined }), {
    'X-Authenticated-UserId': 'usr_alice',
    'X-Authenticated-Kind': 'account',
    'X-Authenticated-Attested': CLEAR,
    'X-Authenticated-Scope': CLEAR,
    'X-Consumer-Username': 'demo-app',
    'X-Consumer-Custom-ID': CLEAR,
    'X-Credential-Identifier': 'demo-app',
  })
})

t.test('an application that calls for itself is no user', async (t) => {
  t.strictSame(identityHeaders(knownCaller({ ...facts, subject: 'demo-app' })), {
    'X-Authenticated-UserId': CLEAR,
    'X-Authenticated-Kind': 'application',
    'X-Authenticated-Attested': CLEAR,
    'X-Authenticated-Scope': 'profile:read orders:read',
    'X-Consumer-Username': 'demo-app',
    'X-Consumer-Custom-ID': 'app_1',
    'X-Credential-Identifier': 'demo-app',
  })
})

t.test('a guest is told from somebody with an account', async (t) => {
  t.match(identityHeaders({ ...alice, subjectKind: 'guest' }), {
    'X-Authenticated-UserId': 'usr_alice',
    'X-Authenticated-Kind': 'guest',
  })
})

t.test(
  'that a phone has vouched for the key of a user is told; of an application that calls for itself it never is',
  async (t) => {
    for (const subjectKind of ['account', 'guest'] as const)
      t.equal(
        identityHeaders(knownCaller({ ...facts, subjectKind, isAttested: true }))['X-Authenticated-Attested'],
        'true',
      )
    const machine = knownCaller({ ...facts, subject: 'demo-app', isAttested: true })
    t.same(identityHeaders(machine)['X-Authenticated-Attested'], CLEAR)
  },
)

t.test('a value that could end the header, or be read as another, is not sent', async (t) => {
  for (const subject of [
    'a\r\nX-Consumer-Username: admin',
    'a\n',
    '\0',
    'a\u2028b',
    ' alice',
    'alice ',
    '\u0430lice',
    '\x7f',
  ])
    t.same(identityHeaders({ ...alice, subject })['X-Authenticated-UserId'], CLEAR, encodeURIComponent(subject))
})

t.test('nobody in particular: every header goes, but those that say so', async (t) => {
  t.strictSame(identityHeaders({ kind: 'anonymous', address: '127.0.0.1' }), {
    'X-Authenticated-UserId': CLEAR,
    'X-Authenticated-Kind': 'anonymous',
    'X-Authenticated-Attested': CLEAR,
    'X-Authenticated-Scope': CLEAR,
    'X-Consumer-Username': CLEAR,
    'X-Consumer-Custom-ID': CLEAR,
    'X-Credential-Identifier': CLEAR,
    'X-Anonymous-Consumer': 'true',
  })
})
