// The lists of kong.yml: what their entities are called, what they refer to, and what no two of them share.

import { entitySchemas } from './facts.ts'
import { type FieldSchema, schemaFields } from './schema.ts'

/** One kind of entity. */
export interface EntityKind {
  /** For people: `a service`. */
  readonly one: string
  readonly schema: FieldSchema
  /** Fields that name an entity of another kind. */
  readonly refers: Readonly<Record<string, string>>
  /** Those of them without which it cannot be. */
  readonly owners: readonly string[]
  /** Fields by which others refer to it. */
  readonly keys: readonly string[]
  /** Fields that no two of them share. */
  readonly unique: readonly string[]
  /** Fields that together make two of them the same. */
  readonly sameness: readonly string[]
}

const NAMES: Readonly<Record<string, string>> = {
  services: 'a service',
  routes: 'a route',
  plugins: 'a plugin',
  consumers: 'a consumer',
  upstreams: 'an upstream',
  targets: 'a target',
  certificates: 'a certificate',
  snis: 'an SNI',
  ca_certificates: 'a CA certificate',
  key_sets: 'a key set',
  keys: 'a key',
  vaults: 'a vault',
  filter_chains: 'a filter chain',
  parameters: 'a parameter',
  acls: 'a group membership',
  basicauth_credentials: 'a basic-auth credential',
  keyauth_credentials: 'a key',
  hmacauth_credentials: 'an HMAC credential',
  jwt_secrets: 'a JWT credential',
  oauth2_credentials: 'an OAuth 2 client',
}

const EXTRAS = [{ _comment: { type: 'string' } }, { _ignore: { type: 'array', elements: { type: 'any' } } }]

function kind(list: string, schema: FieldSchema): EntityKind {
  const fields = schemaFields(schema.fields)
  const foreign = fields.filter(([, { type }]) => type === 'foreign')
  const endpoint = schema.endpoint_key === undefined ? [] : [String(schema.endpoint_key)]
  const ttl = schema.ttl === true ? [{ ttl: { type: 'number' } }] : []
  // What is written in another form has to be there; Kong fills it in where it is not mentioned.
  const needed = new Set(
    (Array.isArray(schema.transformations) ? schema.transformations : []).flatMap(({ needs }) =>
      (needs ?? []).map(String),
    ),
  )
  // Kong writes it anew, whatever it was.
  const own = fields.map(([name, field]) => ({
    [name]: name === 'updated_at' ? { type: 'any' } : needed.has(name) ? { ...field, required: true } : field,
  }))
  return {
    one: NAMES[list] ?? `an entry of ${list}`,
    schema: { ...schema, fields: [...own, ...ttl, ...EXTRAS] },
    refers: Object.fromEntries(foreign.map(([field, { reference }]) => [field, String(reference)])),
    owners: foreign.filter(([, { required }]) => required === true).map(([field]) => field),
    keys: ['id', ...endpoint],
    unique: ['id', ...fields.filter(([, { unique }]) => unique === true).map(([field]) => field)],
    sameness: Array.isArray(schema.cache_key) && schema.cache_key.length > 1 ? schema.cache_key.map(String) : [],
  }
}

/** All kinds, by the name of their list in kong.yml. (Tags are Kong's own index.) */
export const ENTITY_KINDS: ReadonlyMap<string, EntityKind> = new Map(
  [...entitySchemas].filter(([list]) => list !== 'tags').map(([list, schema]) => [list, kind(list, schema)]),
)

/** The lists that may stand inside an entity: those whose entities refer to it. */
export function nestedLists(list: string): ReadonlyMap<string, string> {
  return new Map(
    [...ENTITY_KINDS].flatMap(([child, { refers }]): [string, string][] => {
      const field = Object.entries(refers).find(([, target]) => target === list)?.[0]
      return field === undefined ? [] : [[child, field]]
    }),
  )
}
