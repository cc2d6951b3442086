// The kinds of many values: lists, sets and maps, each checked by Kong and again by us.
import { compiled, described, type Field, INVALID, isRecord } from './field.ts'

interface ListRules<T> {
  readonly description?: string
  readonly elements: Field<T>
  readonly minLength?: number
  readonly maxLength: number
}

/** Values in an order, in Kong an `array`. */
export function list<T>(rules: ListRules<T>): Field<readonly T[]> {
  return many('array', rules)
}

/** Values without an order, of which repeated ones mean nothing. */
export function set<T>(rules: ListRules<T>): Field<ReadonlySet<T>> {
  return compiled(many('set', rules), (values) => new Set(values))
}

function many<T>(type: 'array' | 'set', rules: ListRules<T>): Field<readonly T[]> {
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

function isEmptyObject(value: unknown): boolean {
  return isRecord(value) && Object.keys(value).length === 0
}
