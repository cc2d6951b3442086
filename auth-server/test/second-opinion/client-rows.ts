// The token endpoint: the request itself, and the client that sends it.
import { basic } from '../support/clients.ts'
import { asMachine, SECRET } from './clients.ts'
import type { Party } from './party.ts'
import { type Row, why } from './row.ts'

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

export const requestRows: readonly Row[] = [
  ['grant_type missing', (s) => s.token({}), '400 invalid_request'],
  ['grant_type unknown', (s) => s.token({ grant_type: 'foo' }), '400 unsupported_grant_type'],
  [
    'grant_type password',
    (s) => s.token({ grant_type: 'password', username: 'ada', password: 'x' }),
    '400 unsupported_grant_type',
  ],
  ['grant_type implicit', (s) => s.token({ grant_type: 'implicit' }), '400 unsupported_grant_type'],
  [
    'client_credentials of an app without a secret',
    (s) => s.token({ grant_type: 'client_credentials' }),
    '400 unauthorized_client',
    { theirs: '400 invalid_request', because: why.UNAUTHORIZED },
  ],
  [
    'client_id missing',
    (s) => s.redeem({ client_id: undefined }),
    '401 invalid_client',
    { theirs: '400 invalid_request', because: why.NOBODY },
  ],
  ['client_id unknown', (s) => s.redeem({ client_id: 'nobody' }), '401 invalid_client'],
  ['a secret of an app without one', (s) => s.redeem({ client_secret: 'x' }), '401 invalid_client'],
  [
    'a parameter twice',
    (s) =>
      s.ask('POST', '/token', {
        headers: FORM,
        body: 'client_id=shop-app&grant_type=refresh_token&refresh_token=a&refresh_token=b',
      }),
    '400 invalid_request',
  ],
  [
    'an unknown parameter twice',
    (s) =>
      s.ask('POST', '/token', {
        headers: FORM,
        body: 'client_id=shop-app&grant_type=refresh_token&refresh_token=a&foo=1&foo=2',
      }),
    '400 invalid_request',
    { theirs: '400 invalid_grant', because: why.REPEATED },
  ],
  [
    'GET',
    (s) => s.ask('GET', '/token?grant_type=refresh_token&client_id=shop-app&refresh_token=x'),
    '405 invalid_request',
    { theirs: '404', because: why.METHOD },
  ],
  [
    'parameters in the URL',
    (s) => s.ask('POST', '/token?client_id=shop-app', { form: { grant_type: 'refresh_token', refresh_token: 'x' } }),
    '400 invalid_request',
  ],
  [
    'JSON',
    (s) => s.ask('POST', '/token', { headers: { 'content-type': 'application/json' }, body: '{}' }),
    '415 invalid_request',
    { theirs: '400 invalid_request', because: why.STATUS },
  ],
  [
    'multipart',
    (s) => s.ask('POST', '/token', { headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: '--x--' }),
    '415 invalid_request',
    { theirs: '400 invalid_request', because: why.STATUS },
  ],
  [
    'UTF-16',
    (s) =>
      s.ask('POST', '/token', {
        headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-16' },
        body: 'grant_type=password',
      }),
    '415 invalid_request',
    { theirs: '400 invalid_request', because: why.STATUS },
  ],
  ['no body', (s) => s.ask('POST', '/token'), '400 invalid_request'],
  [
    '100 KB',
    (s) => s.token({ grant_type: 'x'.repeat(100_000) }),
    '413 invalid_request',
    { theirs: '400 invalid_request', because: why.STATUS },
  ],
]

function machineAsks(form: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = asMachine) {
  return (server: Party) => server.token({ grant_type: 'client_credentials', client_id: undefined, ...form }, headers)
}

export const machineRows: readonly Row[] = [
  ['a sound request', machineAsks({ scope: 'orders:read' }), '200'],
  ['a wrong secret', machineAsks({}, basic('machine', 'wrong')), '401 invalid_client'],
  [
    'no secret',
    machineAsks({}, basic('machine', '')),
    '401 invalid_client',
    { theirs: '400 invalid_request', because: why.FAILED },
  ],
  ['an unknown client', machineAsks({}, basic('nobody', SECRET)), '401 invalid_client'],
  [
    'Basic that is not base64',
    machineAsks({}, { authorization: 'Basic %%%' }),
    '401 invalid_client',
    { theirs: '400 invalid_request', because: why.FAILED },
  ],
  [
    'Basic without a colon',
    machineAsks({}, { authorization: `Basic ${btoa('machine')}` }),
    '401 invalid_client',
    { theirs: '400 invalid_request', because: why.FAILED },
  ],
  [
    'Bearer',
    machineAsks({}, { authorization: 'Bearer x' }),
    '401 invalid_client',
    { theirs: '400 invalid_request', because: why.FAILED },
  ],
  ['Basic and body at once', machineAsks({ client_id: 'machine', client_secret: SECRET }), '400 invalid_request'],
  [
    'the secret in the body, registered for Basic',
    machineAsks({ client_id: 'machine', client_secret: SECRET }, {}),
    '401 invalid_client',
    { theirs: '200', because: 'a client authenticates as it is registered; a secret in a body ends in more logs' },
  ],
  ['another client_id in the body', machineAsks({ client_id: 'shop-app' }), '400 invalid_request'],
  [
    'scope unknown',
    machineAsks({ scope: 'admin' }),
    '400 invalid_scope',
    { theirs: '200', because: why.IGNORED_SCOPE },
  ],
  [
    'scope openid',
    machineAsks({ scope: 'openid' }),
    '400 invalid_scope',
    { theirs: '200', because: 'it leaves the scope out without a word; a machine has no person to tell of' },
  ],
  ['resource unknown', machineAsks({ resource: 'https://api.example.com/other' }), '400 invalid_target'],
  [
    'a grant it is not registered for',
    machineAsks({ grant_type: 'refresh_token', refresh_token: 'x' }),
    '400 unauthorized_client',
    { theirs: '400 invalid_request', because: why.UNAUTHORIZED },
  ],
]
