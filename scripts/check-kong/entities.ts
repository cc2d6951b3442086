// Kong's entities as a table: fields, rules, what each refers to (facts of Kong 3.9.3, open source edition).
import type { FieldSchema } from '@mobile-api-gateway/kong-plugins/gateway/plugin-schema.ts'
import { upstreamFields, upstreamRules } from './upstream-fields.ts'
import {
  address,
  anything,
  choice,
  flag,
  host,
  httpProtocols,
  listOf,
  method,
  type NamedFields,
  name,
  path,
  pem,
  port,
  protocol,
  record,
  required,
  routeHeaderName,
  routeHost,
  routePath,
  sni,
  tags,
  text,
  timeout,
  uuid,
  whole,
} from './value-types.ts'

/** One kind of entity. */
export interface EntityKind {
  /** For people: `a service`. */
  readonly one: string
  readonly fields: NamedFields
  /** Rules on several fields. */
  readonly rules: readonly FieldSchema[]
  /** Fields that name an entity of another kind. */
  readonly refers: Readonly<Record<string, string>>
  /** Fields by which entities of this kind are found, and which no two of them share. */
  readonly unique: readonly string[]
}

interface KindRules {
  readonly rules?: readonly FieldSchema[]
  readonly refers?: Readonly<Record<string, string>>
  readonly unique?: readonly string[]
}

const common = {
  id: uuid,
  created_at: { type: 'number' },
  updated_at: { type: 'number' },
  tags,
  _comment: text(),
  _ignore: anything,
}

function kind(one: string, fields: NamedFields, { rules = [], refers = {}, unique = [] }: KindRules = {}): EntityKind {
  return { one, fields: { ...common, ...fields }, rules, refers, unique: ['id', ...unique] }
}

const onlyTls = (field: string): FieldSchema => ({
  conditional: {
    ...{ if_field: 'protocol', if_match: { not_one_of: ['https', 'tls'] } },
    ...{ then_field: field, then_match: { eq: null } },
  },
})

/** A credential of a consumer. */
function credential(one: string, fields: NamedFields, unique: readonly string[] = []): EntityKind {
  return kind(one, { ...fields, ttl: { type: 'number' } }, { refers: { consumer: 'consumers' }, unique })
}

const jwtAlgorithms = ['HS', 'RS', 'ES', 'PS'].flatMap((family) => ['256', '384', '512'].map((size) => family + size))

/** All kinds, by the name of their list in kong.yml. */
export const entityKinds = {
  services: kind(
    'a service',
    {
      name,
      url: text(),
      protocol: { ...protocol, default: 'http' },
      host,
      port,
      path,
      retries: whole(0, 32_767),
      connect_timeout: timeout,
      write_timeout: timeout,
      read_timeout: timeout,
      tls_verify: flag,
      tls_verify_depth: whole(0, 64),
      ca_certificates: listOf(uuid),
      enabled: flag,
    },
    {
      refers: { client_certificate: 'certificates' },
      unique: ['name'],
      rules: [
        { at_least_one_of: ['url', 'host'] },
        {
          conditional: {
            if_field: 'protocol',
            if_match: { one_of: ['tcp', 'tls', 'udp', 'grpc', 'grpcs'] },
            then_field: 'path',
            then_match: { eq: null },
          },
        },
        ...['tls_verify', 'tls_verify_depth', 'ca_certificates'].map(onlyTls),
      ],
    },
  ),
  routes: kind(
    'a route',
    {
      name,
      protocols: { ...listOf(protocol), len_min: 1 },
      https_redirect_status_code: choice(426, 301, 302, 307, 308),
      strip_path: flag,
      preserve_host: flag,
      request_buffering: flag,
      response_buffering: flag,
      snis: listOf(sni),
      sources: listOf(address),
      destinations: listOf(address),
      methods: listOf(method),
      hosts: listOf(routeHost),
      paths: listOf(routePath),
      headers: { type: 'map', keys: routeHeaderName, values: listOf(text()) },
      regex_priority: { type: 'integer' },
      path_handling: choice('v0', 'v1'),
      expression: text(),
      priority: whole(0, 2 ** 46 - 1),
    },
    { refers: { service: 'services' }, unique: ['name'] },
  ),
  plugins: kind(
    'a plugin',
    {
      name: required(text()),
      instance_name: name,
      config: { type: 'map' },
      protocols: listOf(protocol),
      enabled: flag,
    },
    { refers: { service: 'services', route: 'routes', consumer: 'consumers' }, unique: ['instance_name'] },
  ),
  consumers: kind(
    'a consumer',
    { username: text(), custom_id: text() },
    { rules: [{ at_least_one_of: ['username', 'custom_id'] }], unique: ['username', 'custom_id'] },
  ),
  upstreams: kind('an upstream', upstreamFields, {
    rules: upstreamRules,
    refers: { client_certificate: 'certificates' },
    unique: ['name'],
  }),
  targets: kind(
    'a target',
    { target: required(text()), weight: whole(0, 65_535) },
    { refers: { upstream: 'upstreams' } },
  ),
  certificates: kind(
    'a certificate',
    {
      cert: required(pem('certificate')),
      key: required(pem('private key')),
      cert_alt: pem('certificate'),
      key_alt: pem('private key'),
    },
    { rules: [{ mutually_required: ['cert_alt', 'key_alt'] }] },
  ),
  snis: kind('an SNI', { name: required(sni) }, { refers: { certificate: 'certificates' }, unique: ['name'] }),
  ca_certificates: kind('a CA certificate', { cert: required(pem('certificate')), cert_digest: text() }),
  key_sets: kind('a key set', { name: text() }, { unique: ['name'] }),
  keys: kind(
    'a key',
    {
      name: text(),
      kid: required(text()),
      jwk: text({ referenceable: true }),
      pem: record({ private_key: pem('private key'), public_key: pem('public key') }),
    },
    {
      refers: { set: 'key_sets' },
      unique: ['name'],
      rules: [{ mutually_exclusive: ['jwk', 'pem'] }, { at_least_one_of: ['jwk', 'pem'] }],
    },
  ),
  vaults: kind(
    'a vault',
    {
      prefix: required(text({ match: '^[a-z][a-z%d-]-[a-z%d]+$', not_one_of: ['env'] })),
      name: required(text()),
      description: text(),
      config: anything,
    },
    { unique: ['prefix'] },
  ),
  filter_chains: kind(
    'a filter chain',
    { name, enabled: flag, filters: required(listOf(anything)) },
    { refers: { route: 'routes', service: 'services' }, unique: ['name'] },
  ),
  parameters: kind('a parameter', { key: required(text()), value: required(text()) }, { unique: ['key'] }),
  acls: credential('a group membership', { group: required(text()) }),
  basicauth_credentials: credential(
    'a basic-auth credential',
    { username: required(text()), password: required(text()) },
    ['username'],
  ),
  keyauth_credentials: credential('a key', { key: text() }, ['key']),
  hmacauth_credentials: credential('an HMAC credential', { username: required(text()), secret: text() }, ['username']),
  jwt_secrets: credential(
    'a JWT credential',
    { key: text(), secret: text(), rsa_public_key: text(), algorithm: choice(...jwtAlgorithms, 'EdDSA') },
    ['key'],
  ),
  oauth2_credentials: credential(
    'an OAuth 2 client',
    {
      name: required(text()),
      client_id: text(),
      client_secret: text(),
      hash_secret: flag,
      redirect_uris: listOf(text()),
      client_type: choice('confidential', 'public'),
    },
    ['client_id'],
  ),
} satisfies Record<string, EntityKind>

/** Any of the table's names. */
export type KindName = keyof typeof entityKinds

/** The row of a list's name. */
export function kindOf(list: string): EntityKind | undefined {
  return isKind(list) ? entityKinds[list] : undefined
}

export function isKind(list: string): list is KindName {
  return Object.hasOwn(entityKinds, list)
}

/** Lists that Kong has as well, and that nobody writes by hand: not looked into. */
export const otherLists: ReadonlySet<string> = new Set([
  ...['workspaces', 'clustering_data_planes', 'oauth2_tokens', 'oauth2_authorization_codes'],
  ...['acme_storage', 'sessions', 'ratelimiting_metrics'],
])

/** Top-level names that only decK or the enterprise edition know, with the reason Kong itself refuses them. */
export const notKongs: ReadonlyMap<string, string> = new Map([
  ...['_info', '_workspace', '_konnect', '_plugin_configs'].map((key): [string, string] => [
    key,
    "is decK's: Kong itself does not know it",
  ]),
  ['consumer_groups', "is the enterprise edition's"],
])

/** The lists that may stand inside an entity: those whose entities refer to it. */
export function nestedLists(list: KindName): ReadonlyMap<KindName, string> {
  return new Map(
    Object.entries(entityKinds).flatMap(([child, { refers }]): [KindName, string][] => {
      const field = Object.entries(refers).find(([, target]) => target === list)?.[0]
      return field !== undefined && isKind(child) ? [[child, field]] : []
    }),
  )
}

/** Protocols that carry HTTP requests: a route of these needs something to match. */
export const requestProtocols: ReadonlySet<string> = new Set(httpProtocols)
