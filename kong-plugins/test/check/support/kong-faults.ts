// Mistakes that people make in kong.yml, each in the smallest file that has it, with what the checker says of it.

/** One mistake. */
export interface KongFault {
  readonly yaml: string
  /** Line and column, then the words it begins with. */
  readonly says: string
  /** Kong itself takes it: it would go wrong later, or in silence. */
  readonly kongTakesIt?: true
}

function service(fields: string): string {
  return `services:\n- { name: a, ${fields} }\n`
}
function route(fields: string): string {
  return `services:\n- name: a\n  host: a\n  routes:\n  - { name: r, ${fields} }\n`
}

/** All without the first line, `_format_version: "3.0"`. */
export const faults: readonly KongFault[] = [
  { yaml: 'servces: []\n', says: '2:1: Kong knows no list called servces. Write instead: services' },
  { yaml: '_info: { select_tags: [a] }\n', says: "2:1: _info is decK's" },
  { yaml: 'consumer_groups: []\n', says: "2:1: consumer_groups is the enterprise edition's" },
  { yaml: 'services: { name: a }\n', says: '2:1: services must be a list' },
  { yaml: 'services: [a]\n', says: '2:12: a service must be a mapping' },
  { yaml: service('host: a, redtries: 1'), says: '3:23: a service has no field redtries. Write instead: retries' },
  { yaml: service('tags: []'), says: '3:3: service.host is required' },
  { yaml: service('host: "a:80"'), says: '3:14: service.host must be a host without a port' },
  {
    yaml: service('host: a, port: "80"'),
    says: '3:23: service.port must be of type integer. Write instead: port: <of type integer>',
  },
  { yaml: service('host: a, retries: 99999'), says: '3:23: service.retries must be from 0 to 32767' },
  { yaml: service('host: a, read_timeout: 0'), says: '3:23: service.read_timeout must be from 1' },
  { yaml: service('host: a, path: v1'), says: '3:23: service.path must start with /' },
  {
    yaml: service('host: a, tls_verify: true'),
    says: '3:23: service.tls_verify must not be set here when protocol is http',
  },
  { yaml: service('url: "a.example:80"'), says: '3:14: services.url "a.example:80" has no protocol and host' },
  { yaml: service('url: "grpc://a/x"'), says: '3:14: services.url has a path' },
  {
    yaml: service('host: a }\n- { name: a, host: b'),
    says: '4:5: this service a has the name a, as has the one before',
  },
  { yaml: 'services:\n- { name: "a b", host: a }\n', says: '3:5: service.name may hold letters' },
  { yaml: 'services:\n- { name: "", host: a }\n', says: '3:5: service.name needs at least 1' },
  {
    yaml: route('strip_path: true'),
    says: '6:5: route needs at least one of methods, hosts, headers, paths, snis',
  },
  { yaml: route('paths: [x]'), says: '6:24: route.paths.0 must start with /' },
  {
    yaml: route('paths: ["~/(x"]'),
    says: '6:24: route.paths.0 must be a regular expression (unterminated group). Write instead: paths: <a regular expression>',
  },
  { yaml: route('paths: ["/a%41"]'), says: '6:24: route.paths.0 may percent-encode reserved characters only' },
  { yaml: route('methods: [get]'), says: '6:26: route.methods.0 must be a method in capital letters' },
  {
    yaml: route('hosts: ["a.*.example"]'),
    says: '6:24: route.hosts.0 may have a * only as its first or its last label',
  },
  { yaml: route('headers: { Host: [a] }'), says: '6:27: route.headers.Host goes into hosts' },
  { yaml: route('headers: { x-a: b }'), says: '6:27: route.headers.x-a must be of type array' },
  {
    yaml: route('paths: [/], https_redirect_status_code: 303'),
    says: '6:28: route.https_redirect_status_code must be one of 301',
  },
  {
    yaml: route('paths: [/], protocols: [http, grpc]'),
    says: '6:28: route.protocols must not mix http, https with grpc, grpcs',
  },
  {
    yaml: route('paths: [/], protocols: [grpc], strip_path: true'),
    says: '6:47: route.strip_path must not be true',
  },
  { yaml: route('paths: [/], protocols: [tcp]'), says: '6:5: route needs at least one of sources, destinations, snis' },
  {
    yaml: route('paths: [/], protocols: [http], snis: [a.example]'),
    says: '6:47: route.snis must be empty when protocols is http',
  },
  { yaml: route('expression: "http.path == \\"/\\""'), says: '6:16: route r matches by an expression' },
  {
    yaml: 'routes:\n- { name: r, paths: [/], service: nowhere }\n',
    says: '3:26: there is no service called nowhere in services',
  },
  {
    yaml: 'services: [{ name: orders, host: a }]\nroutes:\n- { paths: [/], service: oders }\n',
    says: '4:17: there is no service called oders in services. Write instead: service: orders',
  },
  {
    yaml: 'services: [{ name: a, host: a }]\nroutes:\n- { paths: [/], service: { name: a } }\n',
    says: '4:17: service must be a name or an id. Write instead: service: a',
  },
  { yaml: 'plugins:\n- { name: cors, route: r }\n', says: '3:17: there is no route called r' },
  { yaml: 'plugins:\n- { name: cors, consumer: c }\n', says: '3:17: there is no consumer called c' },
  {
    yaml: 'plugins:\n- { name: corss }\n',
    says: "3:5: there is no plugin corss among Kong's bundled ones and ours. Write instead: cors",
  },
  { yaml: 'plugins:\n- { config: {} }\n', says: '3:3: plugin.name is required' },
  {
    yaml: 'plugins:\n- { name: cors }\n- { name: cors }\n',
    says: '4:3: this plugin cors has its place, as has the one before',
  },
  { yaml: 'plugins:\n- { name: cors, ordering: {} }\n', says: '3:17: a plugin has no field ordering' },
  {
    yaml: 'plugins:\n- { name: jwt, protocols: [tcp] }\n',
    says: '3:28: jwt.protocols.0 must be one of grpc, grpcs, http, https',
  },
  {
    yaml: 'plugins:\n- { name: pre-function, config: { acces: ["return"] } }\n',
    says: '3:35: pre-function.acces is not a known field. Write instead: access',
  },
  {
    yaml: 'plugins:\n- { name: pre-function, config: { access: ["if then"] } }\n',
    says: '3:44: pre-function.access.0 must be Lua 5.1 as LuaJIT reads it (line 1: ',
  },
  { yaml: 'consumers:\n- { tags: [a] }\n', says: '3:3: consumer needs at least one of custom_id, username' },
  {
    yaml: 'consumers:\n- { username: c, keyauth_credentials: [{ keys: k }] }\n',
    says: '3:42: a key has no field keys. Write instead: key',
  },
  { yaml: 'keyauth_credentials:\n- { key: k }\n', says: '3:3: this key without a name belongs to no consumer' },
  { yaml: 'upstreams:\n- { name: 10.0.0.1 }\n', says: '3:5: upstream.name must not be an IP address' },
  {
    yaml: 'upstreams:\n- { name: u, targets: [{ target: "a:80", weight: 99999 }] }\n',
    says: '3:42: target.weight must be from 0 to 65535',
  },
  {
    yaml: 'upstreams:\n- { name: u, hash_on: header }\n',
    says: '3:3: upstream needs hash_on_header when hash_on is header',
  },
  { yaml: 'targets:\n- { target: "a:80", upstream: u }\n', says: '3:21: there is no upstream called u' },
  { yaml: 'certificates:\n- { cert: x, key: y }\n', says: '3:5: certificate.cert must be a PEM certificate' },
  {
    yaml: 'services:\n- { name: a, host: a, plugins: [{ name: cors }] }\nplugins:\n- { name: cors, service: a }\n',
    says: '5:3: this plugin cors has its place',
    kongTakesIt: true,
  },
]
