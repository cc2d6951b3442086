// Facts become headers, or the header goes: never somebody else's, never two, never half of one.
import t from 'tap'
import { identityHeaders } from '../src/stages/identity/identity.ts'

const alice = {
  subject: 'usr_alice',
  clientId: 'demo-app',
  scope: 'profile:read orders:read',
  applicationId: 'app_1',
  plan: 'basic',
}

t.test('every fact has its header', async (t) => {
  t.strictSame(identityHeaders(alice), {
    set: {
      'X-Authenticated-UserId': 'usr_alice',
      'X-Authenticated-Scope': 'profile:read orders:read',
      'X-Consumer-Username': 'demo-app',
      'X-Consumer-Custom-ID': 'app_1',
      'X-Credential-Identifier': 'demo-app',
    },
    clear: [],
  })
})

t.test('a missing or empty fact clears its header', async (t) => {
  t.strictSame(identityHeaders({ ...alice, scope: '', applicationId: undefined }), {
    set: {
      'X-Authenticated-UserId': 'usr_alice',
      'X-Consumer-Username': 'demo-app',
      'X-Credential-Identifier': 'demo-app',
    },
    clear: ['X-Authenticated-Scope', 'X-Consumer-Custom-ID'],
  })
})

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
    t.ok(identityHeaders({ ...alice, subject }).clear.includes('X-Authenticated-UserId'), encodeURIComponent(subject))
})
