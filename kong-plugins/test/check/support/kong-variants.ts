// Small kong.yml texts that differ from a right one in one thing each, for asking Kong and the checker the same.

import { entitySchemas, pluginSchemas } from '../../../gateway/config/model/facts.ts'
import { type FieldSchema, schemaFields } from '../../../gateway/config/model/schema.ts'
import { handWritten } from './kong-variants-by-hand.ts'

type Values = Readonly<Record<string, unknown>>

/** What the config of each plugin needs at least. */
const configs: Readonly<Record<string, Values>> = {
  acl: { allow: ['a'] },
  acme: { account_email: 'a@b.example', tos_accepted: true },
  'ai-prompt-decorator': { prompts: { append: [{ role: 'user', content: 'x' }] } },
  'ai-prompt-guard': { allow_patterns: ['.*'] },
  'ai-prompt-template': { templates: [{ name: 'a', template: '{}' }] },
  'aws-lambda': { function_name: 'f', aws_region: 'eu-west-1' },
  'azure-functions': { appname: 'a', functionname: 'f' },
  'bot-detection': {},
  'correlation-id': {},
  cors: {},
  datadog: {},
  'file-log': { path: '/tmp/x.log' },
  'grpc-gateway': {},
  'grpc-web': {},
  'hmac-auth': {},
  'http-log': { http_endpoint: 'http://a.example' },
  'ip-restriction': { allow: ['10.0.0.1'] },
  jwt: {},
  'key-auth': {},
  'basic-auth': {},
  'ldap-auth': { ldap_host: 'a', base_dn: 'dc=a', attribute: 'cn' },
  loggly: { key: 'k' },
  oauth2: { enable_client_credentials: true },
  opentelemetry: { traces_endpoint: 'http://a.example/v1' },
  prometheus: {},
  'proxy-cache': { strategy: 'memory' },
  'rate-limiting': { minute: 5 },
  redirect: { location: 'https://a.example' },
  'request-size-limiting': {},
  'request-termination': {},
  'request-transformer': {},
  'response-ratelimiting': { limits: { a: { minute: 1 } } },
  'response-transformer': {},
  session: {},
  'standard-webhooks': { secret_v1: 'c2VjcmV0' },
  statsd: {},
  syslog: {},
  'tcp-log': { host: 'a', port: 1 },
  'udp-log': { host: 'a', port: 1 },
  zipkin: { http_endpoint: 'http://a.example' },
}

/** What entities need at least; the first list's name is that of what is changed. */
const entities: Readonly<Record<string, Values>> = {
  services: { name: 'a', host: 'a.example' },
  routes: { name: 'r', paths: ['/a'] },
  consumers: { username: 'c' },
  upstreams: { name: 'u.example' },
  targets: { target: 'a.example:80', upstream: 'u.example' },
  vaults: { name: 'env', prefix: 'mine' },
  key_sets: { name: 'k' },
  acls: { group: 'g', consumer: 'c' },
  basicauth_credentials: { username: 'x', password: 'y', consumer: 'c' },
  keyauth_credentials: { key: 'k', consumer: 'c' },
  hmacauth_credentials: { username: 'h', consumer: 'c' },
  jwt_secrets: { key: 'j', consumer: 'c' },
  oauth2_credentials: { name: 'o', redirect_uris: ['https://a.example/cb'], consumer: 'c' },
}
const beside: Values = { consumers: [{ username: 'c' }], upstreams: [{ name: 'u.example' }] }

/** Values that a field of this kind might get by mistake. */
function mistakes({ type, between, gt, one_of: oneOf, elements, fields }: FieldSchema): unknown[] {
  const [least, most] = Array.isArray(between) ? between.map(Number) : []
  switch (type) {
    case 'string':
      return [7, '', ...(oneOf === undefined ? [] : ['nonsense']), null]
    case 'integer':
    case 'number':
      return [
        ...['5', 1.5, -1],
        ...(least === undefined || most === undefined ? [] : [least - 1, least, most, most + 1]),
        ...(gt === undefined ? [] : [0]),
      ]
    case 'boolean':
      return ['true', 1]
    case 'array':
    case 'set':
      return [
        'x',
        [],
        { a: 1 },
        [typeof elements === 'object' && elements !== null && Object(elements).type === 'string' ? 1 : 'x'],
        ['?'],
      ]
    case 'map':
      return ['x', { a: 1 }, ['x']]
    case 'record':
      return ['x', {}, { [`${schemaFields(fields)[0]?.[0]}s`]: 1 }]
    default:
      return []
  }
}

function text(document: Values): string {
  return JSON.stringify({ _format_version: '3.0', ...document })
}

function* ofPlugins(): Generator<string> {
  const entry = (name: string, config: Values): string => text({ plugins: [{ name, config }] })
  for (const [name, config] of Object.entries(configs)) {
    yield entry(name, config)
    for (const key of Object.keys(config)) yield entry(name, { ...config, [key]: undefined })
    const schema = schemaFields(pluginSchemas.get(name)?.fields).find(([field]) => field === 'config')?.[1] ?? {}
    for (const [index, [field, rules]] of schemaFields(schema.fields).entries()) {
      const tried = mistakes(rules)
      // of each field two, and others from field to field
      for (const value of [tried[index % tried.length], tried[(index + 2) % tried.length]]) {
        yield entry(name, { ...config, [field]: value })
      }
    }
    const [[first = ''] = []] = schemaFields(schema.fields)
    yield entry(name, { ...config, [`${first}s`]: 1 })
    for (const [field, { eq }] of schemaFields(pluginSchemas.get(name)?.fields)) {
      if (field !== 'consumer' && eq !== null) continue
      yield text({ consumers: [{ username: 'c' }], plugins: [{ name, config, consumer: 'c' }] })
      yield text({ consumers: [{ username: 'c', plugins: [{ name, config }] }] })
    }
    yield text({ plugins: [{ name, config, protocols: ['tcp'] }] })
  }
}

function* ofEntities(): Generator<string> {
  for (const [list, values] of Object.entries(entities)) {
    const document = (changed: Values): string => text({ ...beside, [list]: [changed] })
    yield document(values)
    for (const key of Object.keys(values)) yield document({ ...values, [key]: undefined })
    yield document({ ...values, nonsense: 1 })
    for (const [field, rules] of schemaFields(entitySchemas.get(list)?.fields)) {
      for (const value of mistakes(rules)) yield document({ ...values, [field]: value })
    }
  }
}

/** All of them, each once. */
export const variants: readonly string[] = [...new Set([...handWritten, ...ofEntities(), ...ofPlugins()])]
