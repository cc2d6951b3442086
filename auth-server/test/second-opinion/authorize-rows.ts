// /authorize once the redirect URI is trusted: everything else that a request asks for.
import { API } from '../support/server.ts'
import { type Row, why } from './row.ts'

export const authorizeRows: readonly Row[] = [
  ['response_type missing', (s) => s.authorize({ response_type: undefined }), 'redirect invalid_request'],
  [
    'response_type token',
    (s) => s.authorize({ response_type: 'token' }),
    'redirect unsupported_response_type',
    { theirs: 'fragment unsupported_response_type', because: why.IMPLICIT },
  ],
  [
    'response_type id_token',
    (s) => s.authorize({ response_type: 'id_token' }),
    'redirect unsupported_response_type',
    { theirs: 'fragment unsupported_response_type', because: why.IMPLICIT },
  ],
  [
    'response_type code token',
    (s) => s.authorize({ response_type: 'code token' }),
    'redirect unsupported_response_type',
    { theirs: 'fragment unsupported_response_type', because: why.IMPLICIT },
  ],
  ['response_type unknown', (s) => s.authorize({ response_type: 'foo' }), 'redirect unsupported_response_type'],
  ['response_type twice', (s) => s.authorize({}, '&response_type=code'), 'redirect invalid_request'],
  [
    'response_mode fragment',
    (s) => s.authorize({ response_mode: 'fragment' }),
    'redirect invalid_request',
    { theirs: 'sign-in', because: 'we know one response mode, query; discovery says so' },
  ],
  [
    'response_mode unknown',
    (s) => s.authorize({ response_mode: 'foo' }),
    'redirect invalid_request',
    {
      theirs: 'redirect unsupported_response_mode',
      because:
        'that code is not in the registry of OAuth errors; RFC 6749 §4.1.2.1 calls an invalid value invalid_request',
    },
  ],
  [
    'no PKCE',
    (s) => s.authorize({ code_challenge: undefined, code_challenge_method: undefined }),
    'redirect invalid_request',
  ],
  ['PKCE plain', (s) => s.authorize({ code_challenge_method: 'plain' }), 'redirect invalid_request'],
  [
    'PKCE without a method, which means plain',
    (s) => s.authorize({ code_challenge_method: undefined }),
    'redirect invalid_request',
  ],
  ['a method without a challenge', (s) => s.authorize({ code_challenge: undefined }), 'redirect invalid_request'],
  ['a challenge of 42 characters', (s) => s.authorize({ code_challenge: 'a'.repeat(42) }), 'redirect invalid_request'],
  [
    'a challenge of 44 characters',
    (s) => s.authorize({ code_challenge: 'a'.repeat(44) }),
    'redirect invalid_request',
    {
      theirs: 'sign-in',
      because:
        'with S256 a challenge is a SHA-256 in base64url, which has 43 characters (RFC 7636 §4.2); another could never be met',
    },
  ],
  [
    'a challenge with other characters',
    (s) => s.authorize({ code_challenge: '+'.repeat(43) }),
    'redirect invalid_request',
  ],
  ['scope unknown beside a known one', (s) => s.authorize({ scope: 'orders:read admin' }), 'sign-in'],
  [
    'scope unknown, and nothing else',
    (s) => s.authorize({ scope: 'admin' }),
    'redirect invalid_scope',
    { theirs: 'sign-in', because: why.IGNORED_SCOPE },
  ],
  ['scope empty', (s) => s.authorize({ scope: '' }), 'sign-in'],
  ['scope with a word twice', (s) => s.authorize({ scope: 'orders:read orders:read' }), 'sign-in'],
  ['scope with a quotation mark', (s) => s.authorize({ scope: 'orders:read "' }), 'redirect invalid_scope'],
  ['scope with a line break', (s) => s.authorize({ scope: 'orders:read\r\nopenid' }), 'redirect invalid_scope'],
  ['scope twice', (s) => s.authorize({}, '&scope=orders:write'), 'redirect invalid_request'],
  ['an unknown parameter', (s) => s.authorize({ foo: 'bar' }), 'sign-in'],
  [
    'an unknown parameter twice',
    (s) => s.authorize({}, '&foo=1&foo=2'),
    'redirect invalid_request',
    { theirs: 'sign-in', because: why.REPEATED },
  ],
  ['state twice', (s) => s.authorize({}, '&state=other'), 'redirect invalid_request'],
  [
    'state of 8 KB',
    (s) => s.authorize({ state: 'x'.repeat(8192) }),
    'page 4xx',
    {
      theirs: 'sign-in',
      because: 'every value has a limit of 4096 characters here, so that no request is stored that is larger',
    },
  ],
  ['a NUL', (s) => s.authorize({}, '&login_hint=a%00b'), 'page 4xx', { theirs: 'sign-in', because: why.ENCODING }],
  [
    'broken percent-encoding',
    (s) => s.authorize({}, '&login_hint=%zz'),
    'page 4xx',
    { theirs: 'sign-in', because: why.ENCODING },
  ],
  [
    'prompt=none with nobody signed in',
    (s) => s.authorize({ scope: 'openid', prompt: 'none' }),
    'redirect login_required',
  ],
  ['prompt none with another', (s) => s.authorize({ prompt: 'none login' }), 'redirect invalid_request'],
  ['prompt unknown', (s) => s.authorize({ prompt: 'dance' }), 'redirect invalid_request'],
  ['max_age negative', (s) => s.authorize({ scope: 'openid', max_age: '-1' }), 'redirect invalid_request'],
  ['max_age not a number', (s) => s.authorize({ scope: 'openid', max_age: 'soon' }), 'redirect invalid_request'],
  [
    'id_token_hint is not one',
    (s) => s.authorize({ scope: 'openid', id_token_hint: 'foo' }),
    'redirect invalid_request',
  ],
  ['a request object', (s) => s.authorize({ request: 'eyJhbGciOiJub25lIn0.e30.' }), 'redirect request_not_supported'],
  [
    'a request_uri into the network',
    (s) => s.authorize({ request_uri: 'http://169.254.169.254/' }),
    'redirect request_uri_not_supported',
  ],
  ['resource unknown', (s) => s.authorize({ resource: 'https://api.example.com/other' }), 'redirect invalid_target'],
  ['resource is not a URI', (s) => s.authorize({ resource: 'orders' }), 'redirect invalid_target'],
  ['resource with a fragment', (s) => s.authorize({ resource: `${API.resource}#part` }), 'redirect invalid_target'],
  [
    'two resources, one unknown',
    (s) => s.authorize({ resource: API.resource }, '&resource=https://api.example.com/other'),
    'redirect invalid_target',
  ],
  [
    'dpop_jkt is no thumbprint',
    (s) => s.authorize({ dpop_jkt: 'foo' }),
    'redirect invalid_request',
    {
      theirs: 'sign-in',
      because: 'it looks at the value when the code is redeemed, where the person has signed in for nothing',
    },
  ],
  [
    'the body is JSON',
    (s) => s.ask('POST', '/authorize', { headers: { 'content-type': 'application/json' }, body: '{}' }),
    'page 4xx',
  ],
  ['PUT', (s) => s.ask('PUT', '/authorize'), 'page 4xx', { theirs: '404', because: why.METHOD }],
]
