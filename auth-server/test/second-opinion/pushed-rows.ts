// Pushed requests: what may be pushed, and who may use the reference.
import { APP } from '../support/server.ts'
import type { Party } from './party.ts'
import { type Row, why } from './row.ts'

function pushedFor(client_id: string) {
  return async (server: Party) =>
    server.ask('GET', `/authorize?${new URLSearchParams({ client_id, request_uri: await server.pushed() })}`)
}

export const pushedRows: readonly Row[] = [
  ['a sound pushed request', (s) => s.push(), '201'],
  ['a reference to it', pushedFor(APP.clientId), 'sign-in'],
  [
    'a reference of another application',
    pushedFor('other-app'),
    'page 4xx',
    {
      theirs: 'redirect invalid_request_object',
      because:
        "it redirects to the address in the other application's request; we trust none of it, and nothing but the page is left",
    },
  ],
  [
    'a reference opened twice, before anybody has signed in',
    async (s) => {
      const query = new URLSearchParams({ client_id: APP.clientId, request_uri: await s.pushed() })
      await s.ask('GET', `/authorize?${query}`)
      return s.ask('GET', `/authorize?${query}`)
    },
    'sign-in',
  ],
  [
    'a reference that nobody pushed',
    (s) => s.authorize({ request_uri: 'urn:ietf:params:oauth:request_uri:unknown' }),
    'page 4xx',
    {
      theirs: 'redirect invalid_request_uri',
      because:
        'parameters beside a reference are ignored (RFC 9101 §6.3), its redirect_uri too, so there is nowhere to redirect',
    },
  ],
  [
    'request_uri pushed',
    (s) => s.push({ request_uri: 'urn:ietf:params:oauth:request_uri:unknown' }),
    '400 invalid_request',
    {
      theirs: '400 request_uri_not_supported',
      because: 'RFC 9126 §2.1 forbids the parameter here whatever is supported elsewhere: the request is invalid',
    },
  ],
  ['redirect_uri not registered', (s) => s.push({ redirect_uri: 'https://evil.example' }), '400 invalid_request'],
  ['no PKCE', (s) => s.push({ code_challenge: undefined, code_challenge_method: undefined }), '400 invalid_request'],
  [
    'scope unknown',
    (s) => s.push({ scope: 'admin' }),
    '400 invalid_scope',
    { theirs: '201', because: why.IGNORED_SCOPE },
  ],
  ['resource unknown', (s) => s.push({ resource: 'https://api.example.com/other' }), '400 invalid_target'],
  ['response_type token', (s) => s.push({ response_type: 'token' }), '400 unsupported_response_type'],
  [
    'client_id missing',
    (s) => s.push({ client_id: undefined }),
    '401 invalid_client',
    { theirs: '400 invalid_request', because: why.NOBODY },
  ],
  ['client_id unknown', (s) => s.push({ client_id: 'nobody' }), '401 invalid_client'],
]
