// Routing as Kong's default router flavor does it.
import t from 'tap'
import { parseKongConfig } from '../../gateway/config/kong-config.ts'
import { createRouter, type RouteQuery } from '../../gateway/http/router.ts'

const find = createRouter(
  parseKongConfig(
    `_format_version: "3.0"
routes:
- { name: root, paths: [/] }
- { name: api, paths: [/api] }
- { name: api-v1, paths: [/api/v1, /v1] }
- { name: api-post, paths: [/api], methods: [POST] }
- { name: regex, paths: ['~/api/v\\d+/users$'] }
- { name: regex-first, paths: ['~/api/v1/users/\\d+'], regex_priority: 10 }
- { name: regex-later, paths: ['~/api/v1/users/[0-9a-f]+'], regex_priority: 1 }
- { name: host, hosts: [api.example], paths: [/] }
- { name: wild, hosts: ['*.example'], paths: [/] }
- { name: wild-long, hosts: ['*.example'], paths: [/long] }
- { name: ending, hosts: ['app.*'], paths: [/] }
- { name: port, hosts: ['ported.test:8000'], paths: [/] }
- { name: other-port, hosts: ['ported.test:9'], paths: [/] }
- { name: header, paths: [/], headers: { X-Version: [v2, v3] } }
- { name: headers, paths: [/], headers: { X-Version: [v2], X-Beta: ['~*^y'] } }
- { name: verb, methods: [PURGE] }
`,
    [],
  ).routes,
)

type Query = Partial<Omit<RouteQuery, 'headerValues'>> & { headers?: Record<string, string[]> }

/** Request → name of the route. */
const table: readonly (readonly [what: string, query: Query, route: string | undefined])[] = [
  ['the only match', { path: '/x' }, 'root'],
  ['the longer prefix wins', { path: '/api/x' }, 'api'],
  ['a prefix is text, not segments', { path: '/apiary' }, 'api'],
  ['each path of a route competes by itself', { path: '/api/v1/x' }, 'api-v1'],
  ['and the other one', { path: '/v1' }, 'api-v1'],
  ['more criteria beat a longer path', { path: '/api/v1/x', method: 'POST' }, 'api-post'],
  ['a regex beats a prefix', { path: '/api/v2/users' }, 'regex'],
  ['a regex is anchored at the start only', { path: '/x/api/v2/users' }, 'root'],
  ['regex_priority decides between regexes', { path: '/api/v1/users/12' }, 'regex-first'],
  ['the next regex takes what the first does not', { path: '/api/v1/users/ab' }, 'regex-later'],
  ['a host beats no host', { path: '/api', host: 'api.example' }, 'host'],
  ['hosts ignore case and port', { path: '/', host: 'API.example:8000' }, 'host'],
  ['a plain host beats a wildcard with a longer path', { path: '/long', host: 'api.example' }, 'host'],
  ['a wildcard in front', { path: '/long/x', host: 'a.b.example' }, 'wild-long'],
  ['a wildcard does not match the bare domain', { path: '/', host: 'example' }, 'root'],
  ['a wildcard behind', { path: '/', host: 'app.anything' }, 'ending'],
  ['a port in hosts means the gateway’s', { path: '/', host: 'ported.test' }, 'port'],
  ['a header', { path: '/', headers: { 'x-version': ['V3'] } }, 'header'],
  ['more headers win', { path: '/', headers: { 'x-version': ['v2'], 'x-beta': ['Yes'] } }, 'headers'],
  ['any of several lines', { path: '/', headers: { 'x-version': ['v1', 'v2'] } }, 'header'],
  ['a wrong header value', { path: '/', headers: { 'x-version': ['v9'] } }, 'root'],
  [
    'path and no method beat method alone? they weigh the same: the path has a length',
    { path: '/', method: 'PURGE' },
    'root',
  ],
]

for (const [what, { headers = {}, ...query }, route] of table) {
  t.test(what, async (t) => {
    const match = find({
      method: 'GET',
      path: '/',
      host: 'localhost',
      port: 8000,
      headerValues: (name) => headers[name] ?? [],
      ...query,
    })
    t.equal(match?.route.name, route)
  })
}
