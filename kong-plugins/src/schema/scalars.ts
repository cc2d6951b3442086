// The kinds of single values: text, one of a few words, addresses, whole numbers, flags and secrets, each checked by Kong and again by us.
import { described, type Field, type KongField } from './field.ts'
import { HTTP_URL, type Pattern } from './patterns.ts'

interface TextRules {
  readonly description?: string
  readonly oneOf?: readonly string[]
  readonly match?: Pattern
  /** What it must not be, though it matches. */
  readonly unlike?: readonly Pattern[]
  /** 1 unless said otherwise. */
  readonly minLength?: number
  readonly maxLength: number
}

/** One of a few words. */
export function choice<const Word extends string>(rules: {
  readonly description?: string
  readonly oneOf: readonly Word[]
  /** Of the longest word unless said otherwise. */
  readonly maxLength?: number
}): Field<Word> {
  const { oneOf } = rules
  const { maxLength = Math.max(...oneOf.map((word) => word.length)) } = rules
  const { kong } = text({ ...rules, maxLength })
  return {
    kong,
    read: (value, path, report) =>
      oneOf.find((word) => word === value) ?? report(path, `must be one of ${oneOf.join(', ')}`),
  }
}

/** A string that is not empty. */
export function text(rules: TextRules): Field<string> {
  const { minLength = 1, maxLength, unlike = [] } = rules
  const kong: KongField = {
    type: 'string',
    ...described(rules.description),
    ...(rules.oneOf ? { one_of: rules.oneOf } : {}),
    ...(rules.match ? { match: rules.match.lua } : {}),
    ...(unlike.length > 0 ? { match_none: unlike.map(({ lua, says }) => ({ pattern: lua, err: says })) } : {}),
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
      const refused = unlike.find(({ js }) => js.test(value))
      if (refused) return report(path, refused.says)
      return value
    },
  }
}

/** An address that is fetched from: http or https, and one that can be read. */
export function httpUrl(description: string): Field<string> {
  const plain = text({ description, match: HTTP_URL, maxLength: 1000 })
  return {
    kong: plain.kong,
    read(value, path, report) {
      const read = plain.read(value, path, report)
      return typeof read !== 'string' || URL.canParse(read) ? read : report(path, HTTP_URL.says)
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
