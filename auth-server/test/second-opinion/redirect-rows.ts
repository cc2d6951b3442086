// /authorize before anybody is trusted: which application asks, and where its answer goes.
import { CLAIMED_URI } from '../support/session.ts'
import type { Party } from './party.ts'
import type { Row } from './row.ts'

function redirectTo(redirect_uri: string) {
  return (server: Party) => server.authorize({ redirect_uri })
}

export const redirectRows: readonly Row[] = [
  ['a sound request', (s) => s.authorize(), 'sign-in'],
  ['the same by POST', (s) => s.ask('POST', '/authorize', { form: s.request() }), 'sign-in'],
  ['client_id missing', (s) => s.authorize({ client_id: undefined }), 'page 4xx'],
  ['client_id unknown', (s) => s.authorize({ client_id: 'nobody' }), 'page 4xx'],
  ['client_id twice', (s) => s.authorize({}, '&client_id=other-app'), 'page 4xx'],
  ['redirect_uri missing, three registered', (s) => s.authorize({ redirect_uri: undefined }), 'page 4xx'],
  [
    'redirect_uri missing, one registered',
    (s) => s.authorize({ client_id: 'one-app', redirect_uri: undefined }),
    'sign-in',
  ],
  ['redirect_uri twice', (s) => s.authorize({}, `&redirect_uri=${CLAIMED_URI}`), 'page 4xx'],
  ['another host', redirectTo('https://evil.example/app/callback'), 'page 4xx'],
  ['another path', redirectTo(`${CLAIMED_URI}/more`), 'page 4xx'],
  ['a slash at the end', redirectTo(`${CLAIMED_URI}/`), 'page 4xx'],
  ['two slashes', redirectTo('https://shop.example.com/app//callback'), 'page 4xx'],
  ['dots', redirectTo('https://shop.example.com/x/../app/callback'), 'page 4xx'],
  ['encoded dots', redirectTo('https://shop.example.com/x/%2e%2e/app/callback'), 'page 4xx'],
  ['another case', redirectTo('https://SHOP.example.com/app/callback'), 'page 4xx'],
  ['a query', redirectTo(`${CLAIMED_URI}?next=1`), 'page 4xx'],
  ['a fragment', redirectTo(`${CLAIMED_URI}#part`), 'page 4xx'],
  ['a port on https', redirectTo('https://shop.example.com:8443/app/callback'), 'page 4xx'],
  ['the default port, written', redirectTo('https://shop.example.com:443/app/callback'), 'page 4xx'],
  ['user information', redirectTo('https://shop.example.com@evil.example/app/callback'), 'page 4xx'],
  ['a backslash', redirectTo('https://shop.example.com\\@evil.example/app/callback'), 'page 4xx'],
  ['a line break', redirectTo(`${CLAIMED_URI}\r\nx: y`), 'page 4xx'],
  ['a wildcard', redirectTo('https://*.example.com/app/callback'), 'page 4xx'],
  ['javascript:', redirectTo('javascript:alert(1)'), 'page 4xx'],
  ['the private-use scheme', redirectTo('com.example.shop:/callback'), 'sign-in'],
  ['the private-use scheme, another path', redirectTo('com.example.shop:/other'), 'page 4xx'],
  ['loopback on any port', redirectTo('http://127.0.0.1:53111/callback'), 'sign-in'],
  ['loopback, another path', redirectTo('http://127.0.0.1:53111/other'), 'page 4xx'],
  ['loopback called localhost', redirectTo('http://localhost:53111/callback'), 'page 4xx'],
  ['loopback as 127.1', redirectTo('http://127.1:53111/callback'), 'page 4xx'],
  ['loopback in hexadecimal', redirectTo('http://0x7f000001:53111/callback'), 'page 4xx'],
  ['loopback with a dot at the end', redirectTo('http://127.0.0.1.:53111/callback'), 'page 4xx'],
  ['loopback as IPv4 in IPv6', redirectTo('http://[::ffff:127.0.0.1]:53111/callback'), 'page 4xx'],
  [
    'a wrong redirect_uri beside another error',
    (s) => s.authorize({ redirect_uri: 'https://evil.example', response_type: 'token' }),
    'page 4xx',
  ],
]
