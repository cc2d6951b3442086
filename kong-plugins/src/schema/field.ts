// One config field, said once: the Kong schema that describes it to Kong and the strict reader that types it for us.

/** The subset of Kong's schema language in use; see kong/db/schema/metaschema.lua for its meaning. */
export interface KongField {
  readonly type: 'string' | 'integer' | 'boolean' | 'array' | 'set' | 'map' | 'record'
  readonly description?: string
  /** Kong takes records without `required: false` for required ones (kong/db/schema/entity.lua). */
  readonly required?: boolean
  readonly default?: unknown
  readonly one_of?: readonly string[]
  readonly match?: string
  readonly match_none?: readonly Unlike[]
  readonly between?: readonly [number, number]
  readonly len_min?: number
  readonly len_max?: number
  readonly elements?: KongField
  readonly keys?: KongField
  readonly values?: KongField
  readonly fields?: readonly Readonly<Record<string, KongField>>[]
  readonly entity_checks?: readonly EntityCheck[]
  /** Kong resolves vault references in it (kong/pdk/vault.lua). */
  readonly referenceable?: true
}

/** A Lua pattern that a text must not match, and what Kong says where it does. */
export interface Unlike {
  readonly pattern: string
  readonly err: string
}

/** A rule about several fields of a record; see kong/db/schema/init.lua. */
export type EntityCheck =
  | { readonly at_least_one_of: readonly string[] }
  | {
      /** Not `conditional`, which crashes on a record: its validator does not see the record's fields. */
      readonly conditional_at_least_one_of: {
        readonly if_field: string
        readonly if_match: { readonly eq: string }
        readonly then_at_least_one_of: readonly [string]
      }
    }

/** What a reader returns after it reported a problem. */
export const INVALID = Symbol('invalid')

/** Takes one problem, worded `path: what is wrong`, and returns {@link INVALID}. */
export type Report = (path: string, problem: string) => typeof INVALID

/** A described field and the strict reader of its value as Kong hands it over (JSON). */
export interface Field<T> {
  readonly kong: KongField
  readonly read: (value: unknown, path: string, report: Report) => T | typeof INVALID
}

/** The type a field reads. */
export type Value<F> = F extends Field<infer T> ? T : never

/** A field that must be set. */
export function required<T>(field: Field<T>): Field<T> {
  return {
    kong: { ...field.kong, required: true },
    read: (value, path, report) => (isAbsent(value) ? report(path, 'is required') : field.read(value, path, report)),
  }
}

/** A field that may be left out; it then reads as undefined. */
export function optional<T>(field: Field<T>): Field<T | undefined> {
  return {
    kong: field.kong.type === 'record' ? { ...field.kong, required: false } : field.kong,
    read: (value, path, report) => (isAbsent(value) ? undefined : field.read(value, path, report)),
  }
}

/** A field that Kong fills in when it is left out; we do the same, for configurations that never met Kong. */
export function withDefault<T>(field: Field<T>, byDefault: unknown): Field<T> {
  return {
    kong: { ...field.kong, default: byDefault },
    read: (value, path, report) => field.read(isAbsent(value) ? byDefault : value, path, report),
  }
}

/**
 * A field whose value is made into what the stages work with, once per configuration.
 * @param compile may report what no single field can tell
 */
export function compiled<Given, Made>(
  field: Field<Given>,
  compile: (value: Given, report: Report) => Made | typeof INVALID,
): Field<Made> {
  return {
    kong: field.kong,
    read(value, path, report) {
      const given = field.read(value, path, report)
      return given === INVALID ? INVALID : Object.freeze(compile(given, report))
    },
  }
}

/** The description of a field, where it has one. */
export function described(description: string | undefined): { description?: string } {
  return description === undefined ? {} : { description }
}

/** Whether Kong handed over a record or a map. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Kong leaves unset fields out; a null in kong.yml may arrive as JSON null. */
function isAbsent(value: unknown): boolean {
  return value === undefined || value === null
}
