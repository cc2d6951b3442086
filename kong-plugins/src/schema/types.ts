// The kinds of config values: text, secrets, whole numbers, flags, lists, maps and records, each checked by Kong and again by us.
import { type EntityCheck, type Field, INVALID, type KongField, type Value } from './field.ts'
import { nearest } from './nearest.ts'

interface TextRules {
  readonly description?: string
  readonly oneOf?: readonly string[]
  /** The same rule twice, because Kong matches Lua patterns. */
  readonly match?: { readonly lua: string; readonly js: RegExp; readonly says: string }
  /** 1 unless said otherwise. */
  readonly minLength?: number
  readonly maxLength: number
}

/** One of a few words. */
export function choice<Word extends string>(rules: { description?: string; oneOf: readonly Word[] }): Field<Word> {
  const { oneOf } = rules
  const maxLength = Math.max(...oneOf.map((word) => word.length))
  const { kong } = text({ ...rules, maxLength })
  return {
    kong,
    read: (value, path, report) =>
      oneOf.find((word) => word === value) ?? report(path, `must be one of ${oneOf.join(', ')}`),
  }
}

/** A string that is not empty. */
export function text(rules: TextRules): Field<string> {
  const { minLength = 1, maxLength } = rules
  const kong: KongField = {
    type: 'string',
    ...described(rules.description),
    ...(rules.oneOf ? { one_of: rules.oneOf } : {}),
    ...(rules.match ? { match: rules.match.lua } : {}),
    len_min: minLength,
    len_max: maxLength,
  }
  return {
    kong,
    read(value, path, report) {
      if (typeof value !== 'string') return report(path, 'must be a string')
      if (value.length < minLength || value.length > maxLength)
        return report(path, `must have ${minLength} to ${maxLength} characters`)
      if (rules.oneOf && !rules.oneOf.includes(value)) return report(path, `must be one of ${rules.oneOf.join(', ')}`)
      if (rules.match && !rules.match.js.test(value)) return report(path, rules.match.says)
      return value
    },
  }
}

/** A whole number within bounds, both included. */
export function integer(rules: { description?: string; between: readonly [number, number] }): Field<number> {
  const [least, most] = rules.between
  return {
    kong: { type: 'integer', ...described(rules.description), between: rules.between },
    read: (value, path, report) =>
      typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
        ? value
        : report(path, `must be a whole number from ${least} to ${most}`),
  }
}

/** Yes or no; booleans only, since the text "false" would be true in Lua. */
export function flag(rules: { description?: string }): Field<boolean> {
  return {
    kong: { type: 'boolean', ...described(rules.description) },
    read: (value, path, report) => (typeof value === 'boolean' ? value : report(path, 'must be true or false')),
  }
}

/**
 * A secret: in kong.yml it may be a reference such as `{vault://env/redis-password}`, which Kong resolves before it hands
 * the config over. Problems are told without the value.
 */
export function secret(rules: Omit<TextRules, 'oneOf'>): Field<string> {
  const plain = text(rules)
  return {
    kong: { ...plain.kong, referenceable: true },
    read: (value, path, report) =>
      typeof value === 'string' && /^\{vault:\/\/.*\}$/.test(value)
        ? report(path, 'is a vault reference that was not resolved')
        : plain.read(value, path, report),
  }
}

interface ListRules<T> {
  readonly description?: string
  readonly elements: Field<T>
  readonly minLength?: number
  readonly maxLength: number
}

/** A list of values, in Kong an `array`, or a `set` when repeated values mean nothing. */
export function list<T>(type: 'array' | 'set', rules: ListRules<T>): Field<readonly T[]> {
  const { elements, minLength = 0, maxLength } = rules
  return {
    kong: {
      type,
      ...described(rules.description),
      elements: elements.kong,
      ...(minLength > 0 ? { len_min: minLength } : {}),
      len_max: maxLength,
    },
    read(value, path, report) {
      const items = isEmptyObject(value) ? [] : value // an empty Lua table may arrive as {}
      if (!Array.isArray(items)) return report(path, 'must be a list')
      if (items.length < minLength || items.length > maxLength)
        return report(path, `must have ${minLength} to ${maxLength} entries`)
      const result: T[] = []
      for (const [index, item] of items.entries()) {
        const read = elements.read(item, `${path}[${index + 1}]`, report)
        if (read !== INVALID) result.push(read)
      }
      return result.length === items.length ? Object.freeze(result) : INVALID
    },
  }
}

interface MapRules<T> {
  readonly description?: string
  readonly keys: Field<string>
  readonly values: Field<T>
  readonly maxLength: number
}

/** A map from names to values; read as a `Map`, so that no name can be mistaken for a property. */
export function map<T>(rules: MapRules<T>): Field<ReadonlyMap<string, T>> {
  return {
    kong: {
      type: 'map',
      ...described(rules.description),
      keys: rules.keys.kong,
      values: rules.values.kong,
      len_max: rules.maxLength,
    },
    read(value, path, report) {
      const entries = Array.isArray(value) && value.length === 0 ? {} : value // an empty Lua table may arrive as []
      if (!isRecord(entries)) return report(path, 'must be a map')
      const names = Object.keys(entries)
      if (names.length > rules.maxLength) return report(path, `must have at most ${rules.maxLength} entries`)
      const result = new Map<string, T>()
      let broken = false
      for (const name of names) {
        const key = rules.keys.read(name, `${path}.${name}`, report)
        const item = rules.values.read(entries[name], `${path}.${name}`, report)
        if (key === INVALID || item === INVALID) broken = true
        else result.set(key, item)
      }
      return broken ? INVALID : result
    },
  }
}

type Shape = Readonly<Record<string, Field<unknown>>>

/** What a record of fields reads: a frozen object with exactly these names. */
export type RecordValue<S extends Shape> = { readonly [Name in keyof S]: Value<S[Name]> }

interface RecordRules<S extends Shape> {
  readonly description?: string
  readonly fields: S
  /** At least one of these fields must be set. */
  readonly atLeastOneOf?: readonly (keyof S & string)[]
  /** When the field `when` has the value `is`, the field `needs` must be set. */
  readonly conditional?: { readonly when: keyof S & string; readonly is: string; readonly needs: keyof S & string }
}

/** Kong adds it to every record in which it resolved a vault reference. */
const KONGS_REFERENCES = '$refs'

/** A record with fixed fields; unknown names are refused, as Kong refuses them. */
export function record<S extends Shape>(rules: RecordRules<S>): Field<RecordValue<S>> {
  const { atLeastOneOf, conditional } = rules
  const checks: EntityCheck[] = []
  if (atLeastOneOf) checks.push({ at_least_one_of: atLeastOneOf })
  if (conditional) {
    const { when, is, needs } = conditional
    checks.push({
      conditional_at_least_one_of: { if_field: when, if_match: { eq: is }, then_at_least_one_of: [needs] },
    })
  }
  return {
    kong: {
      type: 'record',
      ...described(rules.description),
      fields: Object.entries(rules.fields).map(([name, field]) => ({ [name]: field.kong })),
      ...(checks.length > 0 ? { entity_checks: checks } : {}),
    },
    read(value, path, report) {
      const given = Array.isArray(value) && value.length === 0 ? {} : value
      if (!isRecord(given)) return report(path, 'must be a record')
      for (const name of Object.keys(given)) {
        if (name === KONGS_REFERENCES) continue
        if (Object.hasOwn(rules.fields, name)) continue
        const near = nearest(name, Object.keys(rules.fields))
        return report(path === '' ? name : `${path}.${name}`, near ? `unknown field; write ${near}` : 'unknown field')
      }
      const read: unknown[][] = Object.entries(rules.fields).map(([name, field]) => {
        const at = path === '' ? name : `${path}.${name}`
        const lost = lostReference(given, name)
        if (lost !== undefined) return [name, report(at, lost)]
        return [name, field.read(Object.hasOwn(given, name) ? given[name] : undefined, at, report)]
      })
      if (read.some(([, item]) => item === INVALID)) return INVALID
      const result: RecordValue<S> = Object.freeze(Object.fromEntries(read))
      if (atLeastOneOf?.every((name) => result[name] === undefined))
        return report(path, `needs at least one of ${atLeastOneOf.join(', ')}`)
      if (conditional && result[conditional.when] === conditional.is && result[conditional.needs] === undefined)
        return report(
          path === '' ? conditional.needs : `${path}.${conditional.needs}`,
          `is required, since ${conditional.when} is ${conditional.is}`,
        )
      return result
    },
  }
}

/** Kong hands over an empty text for a reference that leads to nothing, and says no more of it. */
function lostReference(given: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const references = given[KONGS_REFERENCES]
  const reference = isRecord(references) ? references[name] : undefined
  if (typeof reference !== 'string' || (given[name] !== '' && given[name] !== undefined)) return undefined
  const [, secret] = /^\{vault:\/\/env\/([^/}?#]+)/.exec(reference) ?? []
  const wanted = secret === undefined ? 'its secret' : secret.toUpperCase().replaceAll('-', '_')
  return `the reference ${reference} leads to nothing: Kong's environment lacks ${wanted}`
}

function described(description: string | undefined): { description?: string } {
  return description === undefined ? {} : { description }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isEmptyObject(value: unknown): boolean {
  return isRecord(value) && Object.keys(value).length === 0
}
