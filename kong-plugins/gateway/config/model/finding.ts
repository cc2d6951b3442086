// What is wrong with a kong.yml, found once; the gateway and the checker put it into words of their own.
import type { Entity } from './entity.ts'
import type { Path } from './source.ts'

/** Said alike by all, with what to write instead. */
export interface PlainFinding {
  readonly kind: 'plain'
  readonly text: string
  readonly instead: string
}

/** A top-level name that Kong does not know. */
export interface ListFinding {
  readonly kind: 'list'
  readonly name: string
}

/** A field that is none, or whose value is wrong. */
export interface ValueFinding {
  readonly kind: 'value'
  readonly entity: Entity
  /** From the entity, or from the plugin's config. */
  readonly at: Path
  readonly text: string
  /** Of a name that is not known, those that are. */
  readonly known?: readonly string[] | undefined
  /** The plugin whose config it is in. */
  readonly plugin?: string
  /** The service's url that the value comes from. */
  readonly url?: string
}

/** A name of an entity that is not there. */
export interface ReferenceFinding {
  readonly kind: 'reference'
  readonly field: string
  readonly target: string
  readonly key: string
  /** Those that are there. */
  readonly names: readonly string[]
}

/** An entity that belongs to nothing. */
export interface OwnerFinding {
  readonly kind: 'owner'
  readonly entity: Entity
  readonly field: string
}

/** Two that share what no two may share: the value of a field, or, without one, their place. */
export interface TwiceFinding {
  readonly kind: 'twice'
  readonly entity: Entity
  readonly field?: string
}

/** A plugin that is neither Kong's nor ours. */
export interface PluginFinding {
  readonly kind: 'plugin'
  readonly name: string
}

/** One thing that is wrong, and where it stands. */
export type Finding = { readonly path: Path } & (
  | PlainFinding
  | ListFinding
  | ValueFinding
  | ReferenceFinding
  | OwnerFinding
  | TwiceFinding
  | PluginFinding
)

/** Takes findings while a file is read. */
export type AddFinding = (finding: Finding) => void
