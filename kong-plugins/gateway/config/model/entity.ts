// One entity of a kong.yml, wherever it is nested.
import type { EntityKind } from './kinds.ts'
import type { Path } from './source.ts'

/** An entity with its place in the file. */
export interface Entity {
  readonly list: string
  readonly kind: EntityKind
  readonly path: Path
  /** As they stand in the file. */
  readonly values: Readonly<Record<string, unknown>>
  /** What Kong makes of them: defaults filled in, a url taken apart; without references and plugins' configs. */
  readonly fields: Readonly<Record<string, unknown>>
  /** The entity it is nested in, with the field that this stands for. */
  readonly parent: { readonly field: string; readonly entity: Entity } | undefined
  /** What its fields refer to; filled in when all entities are known. */
  readonly refers: Map<string, Entity>
}

/** Fields that may be shown in messages; keys and secrets may not. */
export const SHOWN_FIELDS: readonly string[] = [
  ...['name', 'username', 'custom_id', 'instance_name', 'prefix', 'target', 'id'],
]

/** What an entity is called in messages. */
export function nameOf({ values, kind }: Entity): string {
  const name = SHOWN_FIELDS.map((field) => values[field]).find((value) => typeof value === 'string')
  return `${kind.one.replace(/^an? /, '')} ${name ?? 'without a name'}`
}

/** The protocols of a route, Kong's default included. */
export function routeProtocols(values: Readonly<Record<string, unknown>>): string[] {
  const given = Array.isArray(values.protocols) ? values.protocols.map(String) : []
  return given.length === 0 ? ['http', 'https'] : given
}

/** Protocols that carry HTTP requests: only these our plugins are for. */
export const REQUEST_PROTOCOLS: ReadonlySet<string> = new Set(['http', 'https', 'grpc', 'grpcs'])

/** Kong runs a plugin entry for all HTTP and gRPC requests when it names one of their protocols, whichever. */
export function isEnabled({ values: { enabled, protocols } }: Entity): boolean {
  return (
    enabled !== false && (!Array.isArray(protocols) || protocols.some((each) => REQUEST_PROTOCOLS.has(String(each))))
  )
}
