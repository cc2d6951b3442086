// One table, two readers: what Kong is told about the config is what we check ourselves.
import t from 'tap'
import { PLUGINS } from '../../src/plugins.ts'
import { identityConfig } from '../../src/schema/backend.ts'
import type { KongField } from '../../src/schema/field.ts'
import { gatewayConfig as gatewayField } from '../../src/schema/gateway.ts'
import { quotaConfig } from '../../src/schema/quota.ts'
import { readConfig } from '../../src/schema/read-config.ts'
import { dump } from '../../src/server/dump.ts'
import { gatewayConfig } from '../support/issuer.ts'

const minimal = {
  policy: 'mobile-api',
  issuers: [{ issuer: 'http://localhost:4000', jwks_uri: 'http://auth-server:4000/jwks' }],
  audiences: ['http://localhost:8000/mobile'],
}
const signatures = 'ES256, ES384, ES512, RS256, RS384, RS512, PS256, PS384, PS512, EdDSA, Ed25519'
function read(config: unknown) {
  return readConfig('mobile-gateway', gatewayField, config)
}

t.test('defaults are those that Kong is told', async (t) => {
  const config = read(minimal)
  const [{ issuer, jwks_uri: jwksUri } = { issuer: '', jwks_uri: '' }] = minimal.issuers
  t.strictSame(config, {
    token: {
      policy: 'mobile-api',
      issuers: [{ issuer, jwksUri, revocations: undefined }],
      audiences: new Set(minimal.audiences),
      algorithms: new Set(['ES256', 'RS256', 'EdDSA']),
      leewaySeconds: 5,
      requiredScopes: new Set(),
      methodScopes: new Map(),
      requiredKind: new Set(['account']),
      requiredAttestation: new Set(),
      requiredAcr: new Set(),
      maxAuthAgeSeconds: undefined,
      claimHeaders: [],
      realm: 'mobile-api',
      allowedClients: undefined,
      dpop: { mode: 'optional', windowSeconds: 60, origins: new Set(['http://localhost:8000']) },
      resourceMetadata: undefined,
      anonymous: false,
      kongConsumer: 'none',
      groupsClaim: undefined,
      logFields: false,
    },
    quota: {
      policy: 'mobile-api',
      plans: new Map(),
      defaultLimit: {
        second: undefined,
        minute: 60,
        hour: undefined,
        day: undefined,
        attested: undefined,
        application: undefined,
      },
      anonymousLimit: { second: undefined, minute: 60, hour: undefined, day: undefined },
      countAs: 'mobile-api',
      counters: { kind: 'local' },
    },
    backend: {
      policy: 'mobile-api',
      forwardToken: false,
      backendSecret: undefined,
      backendSecretHeader: 'X-Gateway-Secret',
    },
  })
  t.ok(Object.isFrozen(config) && Object.isFrozen(config.token.issuers))
})

t.test("Kong's own additions are stripped, its nulls and empty tables understood", async (t) => {
  const config = read({
    ...minimal,
    realm: null,
    required_scopes: {},
    method_scopes: [],
    plans: { basic: { second: null, minute: 60, hour: null, day: null } },
    __plugin_id: 'x',
    __seq__: 3,
    __key__: 'plugins:mobile-gateway::::',
    __ws_id: 'x',
    route_id: 'x',
    service_id: 'x',
    consumer_id: 'x',
    plugin_instance_name: 'x',
    $refs: {},
    counters: 'redis',
    redis: { host: 'r', password: 'resolved', $refs: { password: '{vault://env/redis-password}' } },
  })
  t.match(config.quota.counters, { kind: 'redis', target: { host: 'r', port: 6379, password: 'resolved' } })
  t.strictSame(config.quota.plans.get('basic'), {
    second: undefined,
    minute: 60,
    hour: undefined,
    day: undefined,
    attested: undefined,
    application: undefined,
  })
  t.equal(config.token.requiredScopes.size, 0)
  t.equal(config.token.methodScopes.size, 0)
})

t.test('each mistake is named with its place, all of them at once', async (t) => {
  const rows: readonly (readonly [unknown, string])[] = [
    [undefined, 'must be a record'],
    [[1], 'must be a record'],
    [{}, 'policy: is required; issuers: is required; audiences: is required'],
    [{ ...minimal, policy: 'a;b' }, 'policy: must consist of letters, digits and dashes'],
    [{ ...minimal, policy: '' }, 'policy: must have 1 to 64 characters'],
    [{ ...minimal, issuers: [] }, 'issuers: must have 1 to 20 entries'],
    [{ ...minimal, issuers: [{ issuer: 'x' }] }, 'issuers[1].jwks_uri: is required'],
    [{ ...minimal, issuers: [{ issuer: 'x', jwks_uri: 'http://x', y: 1 }] }, 'issuers[1].y: unknown field'],
    [{ ...minimal, default_limit: { minutes: 60 } }, 'default_limit.minutes: unknown field; write minute'],
    [
      { ...minimal, issuers: [{ issuer: 'x', jwks_uri: 'file:///etc/passwd' }] },
      'issuers[1].jwks_uri: must be an http or https address',
    ],
    [
      { ...minimal, algorithms: ['HS256', 'none'] },
      `algorithms[1]: must be one of ${signatures}; algorithms[2]: must be one of ${signatures}`,
    ],
    [
      { ...minimal, issuers: [{ issuer: 'x', jwks_uri: 'http://[' }] },
      'issuers[1].jwks_uri: must be an http or https address',
    ],
    [
      { ...minimal, audiences: ['an api'], dpop: 'required' },
      'dpop: required needs public_origin, since no audience is an http or https address',
    ],
    [{ ...minimal, algorithms: [] }, 'algorithms: must have 1 to 11 entries'],
    [{ ...minimal, leeway_seconds: 1.5 }, 'leeway_seconds: must be a whole number from 0 to 60'],
    [{ ...minimal, leeway_seconds: '5' }, 'leeway_seconds: must be a whole number from 0 to 60'],
    [{ ...minimal, required_scopes: ['a b'] }, 'required_scopes[1]: must be one scope (RFC 6749 §3.3)'],
    [
      { ...minimal, required_acr: ['a b'] },
      'required_acr[1]: must be one value of acr: printable ASCII without blanks, " and \\',
    ],
    [{ ...minimal, max_auth_age_seconds: 0 }, 'max_auth_age_seconds: must be a whole number from 1 to 31536000'],
    [{ ...minimal, method_scopes: { get: [] } }, 'method_scopes.get: must be an upper-case method'],
    [{ ...minimal, realm: 'a"b' }, 'realm: must be printable ASCII without " and \\'],
    [{ ...minimal, plans: { basic: {} } }, 'plans.basic: needs at least one of second, minute, hour, day'],
    [
      { ...minimal, plans: { basic: { minute: 0 } } },
      'plans.basic.minute: must be a whole number from 1 to 1000000000',
    ],
    [{ ...minimal, default_limit: {} }, 'default_limit: needs at least one of second, minute, hour, day'],
    [
      { ...minimal, plans: { basic: { minute: 5, application: {} } } },
      'plans.basic.application: needs at least one of second, minute, hour, day',
    ],
    [
      { ...minimal, plans: { basic: { minute: 5, attested: { application: { minute: 5 } } } } },
      'plans.basic.attested.application: unknown field',
    ],
    [
      { ...minimal, plans: { basic: { minute: 5, attested: {} } } },
      'plans.basic.attested: needs at least one of second, minute, hour, day',
    ],
    [
      { ...minimal, anonymous_limit: { minute: 5, attested: { minute: 6 } } },
      'anonymous_limit.attested: unknown field',
    ],
    [
      { ...minimal, plans: { basic: { application: { day: 5 } } } },
      'plans.basic: needs at least one of second, minute, hour, day',
    ],
    [{ ...minimal, counters: 'redis' }, 'redis: is required, since counters is redis'],
    [
      { ...minimal, counters: 'cluster', fail: 'open' },
      'counters: must be one of local, redis; fail: must be one of closed, local',
    ],
    [{ ...minimal, redis: {} }, 'redis.host: is required'],
    [
      { ...minimal, redis: { host: 'r', ssl: 'false', timeout_ms: 5000 } },
      'redis.ssl: must be true or false; redis.timeout_ms: must be a whole number from 10 to 1000',
    ],
    [
      { ...minimal, redis: { host: 'r', password: '{vault://env/redis-password}' } },
      'redis.password: is a vault reference that was not resolved',
    ],
    [{ ...minimal, redis: { host: 'r', password: '' } }, 'redis.password: must have 1 to 1000 characters'],
    [
      { ...minimal, redis: { host: 'r', key_prefix: 'a{b' } },
      'redis.key_prefix: must consist of letters, digits and :._-',
    ],
    [
      { ...minimal, dpop: 'yes', dpop_window_seconds: 0, public_origin: 'https://api.example.com/', anonymous: 'no' },
      'dpop: must be one of off, optional, required; dpop_window_seconds: must be a whole number from 5 to 300; ' +
        'public_origin: must be an http or https origin: scheme, host and, if need be, port; anonymous: must be true or false',
    ],
    [
      { ...minimal, resource_metadata: 'https://a/"b', allowed_clients: [] },
      'allowed_clients: must have 1 to 1000 entries; ' +
        'resource_metadata: must be an http or https address of printable ASCII without " and \\',
    ],
    [
      { ...minimal, backend_secret: 'too short', backend_secret_header: 'Authorization' },
      'backend_secret: must have 16 to 1000 characters; ' +
        'backend_secret_header: must begin with X-Gateway-, as no client can send it then',
    ],
    [
      { ...minimal, backend_secret: 'a secret with blanks in it' },
      'backend_secret: must be printable ASCII without blanks',
    ],
    [
      { ...minimal, backend_secret: '', $refs: { backend_secret: '{vault://env/backend-secret}' } },
      "backend_secret: the reference {vault://env/backend-secret} leads to nothing: Kong's environment lacks BACKEND_SECRET",
    ],
    [
      { ...minimal, counters: 'redis', redis: { host: 'r', password: '', $refs: { password: '{vault://mine/p}' } } },
      "redis.password: the reference {vault://mine/p} leads to nothing: Kong's environment lacks its secret",
    ],
    [JSON.parse('{"__proto__":{"policy":"x"}}'), '__proto__: unknown field'],
  ]
  for (const [config, problems] of rows)
    t.throws(() => read(config), {
      name: 'PluginConfigError',
      message: `invalid configuration of mobile-gateway: ${problems}`,
    })
})

t.test('what one setting leaves open, another says', async (t) => {
  const { token, quota } = read({
    ...minimal,
    ...{ realm: 'R', public_origin: 'https://API.example:443', algorithms: ['Ed25519'], count_as: 'orders' },
    ...{
      counters: 'redis',
      fail: 'local',
      redis: { host: '[::1]', timeout_ms: 50, ssl_verify: false, key_prefix: 'k' },
    },
  })
  t.equal(token.realm, 'R')
  t.strictSame([...token.dpop.origins], ['https://api.example'])
  t.strictSame([...token.algorithms], ['EdDSA'])
  t.equal(quota.countAs, 'orders')
  t.match(quota.counters, {
    ...{ kind: 'redis', fail: 'local', keyPrefix: 'k' },
    target: { host: '::1', timeoutMillis: 50, sslVerify: false },
  })
  t.equal(read({ ...minimal, audiences: ['an api'] }).token.dpop.mode, 'off', 'nothing to hold a proof against')
})

t.test('each plugin takes its own fields only', async (t) => {
  t.strictSame(readConfig('mobile-identity', identityConfig, { policy: 'p' }), {
    policy: 'p',
    forwardToken: false,
    backendSecret: undefined,
    backendSecretHeader: 'X-Gateway-Secret',
  })
  t.throws(() => readConfig('mobile-identity', identityConfig, minimal), { message: /issuers: unknown field/ })
  t.throws(() => readConfig('mobile-quota', quotaConfig, gatewayConfig('http://x')), { message: /unknown field/ })
})

t.test('in the dump every field of a config has a description, and every text and number bounds', async (t) => {
  const check = (name: string, field: KongField): void => {
    if (field.type === 'string') t.ok(field.len_max, `${name} has a longest length`)
    if (field.type === 'integer') t.ok(field.between, `${name} has bounds`)
    if (field.type === 'array' || field.type === 'set' || field.type === 'map')
      t.ok(field.len_max, `${name} has a longest length`)
    for (const inner of [field.elements, field.keys, field.values]) if (inner) check(`${name}[]`, inner)
    for (const entry of field.fields ?? [])
      for (const [inner, its] of Object.entries(entry)) {
        t.ok(its.description, `${name}.${inner} has a description`)
        check(`${name}.${inner}`, its)
      }
  }
  for (const { name, schema } of PLUGINS) check(name, schema)
})

t.test('the dump is plain JSON that forbids configuration per consumer', async (t) => {
  const document = JSON.parse(JSON.stringify(dump(PLUGINS)))
  for (const { Schema } of document.Plugins) {
    t.strictSame(Schema.fields[0], { consumer: { type: 'foreign', reference: 'consumers', eq: null } })
    const [first] = Object.keys(Schema.fields[2].config.fields[0])
    t.equal(first, Schema.name === 'mobile-metadata' ? 'resource' : 'policy')
  }
})

t.test('an address may hold every printable character but quotes, backslashes and blanks', async (t) => {
  const strange = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).filter((c) => !/[\w"\\ ]/.test(c))
  for (const character of strange)
    t.doesNotThrow(
      () => read({ ...minimal, resource_metadata: `https://a/${character}` }),
      `an address with ${character}`,
    )
  for (const character of ['"', '\\', ' ', '\n', '\u0430'])
    t.throws(() => read({ ...minimal, resource_metadata: `https://a/${character}` }), encodeURIComponent(character))
})
