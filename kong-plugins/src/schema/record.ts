// The kind of values that have fields: what Kong hands over in snake_case is read into camelCase, and unknown names are refused.

import { nearest } from '@mobile-api-gateway/sdk/nearest.ts'
import { type CamelCase, camelCase } from './camel-case.ts'
import { described, type EntityCheck, type Field, INVALID, isRecord, type Value } from './field.ts'

/** Fields by the names that they have in kong.yml. */
export type FieldShape = Readonly<Record<string, Field<unknown>>>

/** What a record of fields reads: a frozen object with exactly these names, in camelCase. */
export type RecordValue<S extends FieldShape> = {
  readonly [Name in keyof S & string as CamelCase<Name>]: Value<S[Name]>
}

interface RecordRules<S extends FieldShape> {
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
export function record<S extends FieldShape>(rules: RecordRules<S>): Field<RecordValue<S>> {
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
      const values = new Map(
        Object.entries(rules.fields).map(([name, field]) => {
          const at = path === '' ? name : `${path}.${name}`
          const lost = lostReference(given, name)
          if (lost !== undefined) return [name, report(at, lost)]
          return [name, field.read(Object.hasOwn(given, name) ? given[name] : undefined, at, report)]
        }),
      )
      if ([...values.values()].includes(INVALID)) return INVALID
      if (atLeastOneOf?.every((name) => values.get(name) === undefined))
        return report(path, `needs at least one of ${atLeastOneOf.join(', ')}`)
      if (conditional && values.get(conditional.when) === conditional.is && values.get(conditional.needs) === undefined)
        return report(
          path === '' ? conditional.needs : `${path}.${conditional.needs}`,
          `is required, since ${conditional.when} is ${conditional.is}`,
        )
      const pairs: unknown[][] = [...values].map(([name, value]) => [camelCase(name), value])
      const result: RecordValue<S> = Object.fromEntries(pairs)
      Object.freeze(result)
      return result
    },
  }
}

/** The part of a record's value that some of its fields have read. */
export function part<S extends FieldShape>(value: RecordValue<S>, fields: S): RecordValue<S> {
  const names = new Set(Object.keys(fields).map(camelCase))
  const pairs: unknown[][] = Object.entries(value).filter(([name]) => names.has(name))
  return Object.fromEntries(pairs)
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
