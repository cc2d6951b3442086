// What is wrong with a kong.yml, in one short line each.
import { nameOf } from './model/entity.ts'
import type { Finding, TwiceFinding, ValueFinding } from './model/finding.ts'
import { schemaFields } from './model/schema.ts'
import { LUA_PLUGINS } from './support.ts'

/** That a regular expression is none here, whatever it is to Kong. */
export function notUnderstood(field: string, expression: string): string {
  return `${field}: the embedded gateway does not understand the regular expression "${expression}"`
}

function valueAt({ entity, at }: ValueFinding): string {
  return String(at.reduce((value: unknown, step) => Object(value)[step], entity.values))
}

/** That a number is none, with the range that it may have. */
function sayInteger({ entity, at, text }: ValueFinding): string {
  const field = schemaFields(entity.kind.schema.fields).find(([name]) => name === at[0])?.[1]
  const range = at.length === 1 && Array.isArray(field?.between) ? ` from ${field.between.join(' to ')}` : ''
  return `${at.join('.')}: ${text.replace('of type', 'an')}${range}`
}

/** The mistakes that people make most, in plainer words than Kong's schema has for them. */
const PLAINER: readonly (readonly [what: RegExp, words: (finding: ValueFinding) => string])[] = [
  [/^services\.host is required$/, () => 'host: a service needs a host or a url'],
  [/ must be of type integer$/, sayInteger],
  [/^plugins\.name is required$/, () => 'a plugin needs a name'],
  [/^routes needs at least one of/, ({ entity }) => `${nameOf(entity)} needs hosts, paths, methods or headers`],
  [
    /^routes\.paths\.\d+ must match one of/,
    (finding) => `paths: "${valueAt(finding)}" must start with / (prefix) or ~ (regular expression)`,
  ],
  [
    /^routes\.paths\.\d+ must be a regular expression/,
    (finding) => notUnderstood('paths', valueAt(finding).slice('~'.length)),
  ],
]

function sayValue(finding: ValueFinding): string {
  const { entity, at, text, known, plugin, url } = finding
  const place = at.join('.')
  if (url !== undefined) return `url: ${place} ${text}`
  if (plugin !== undefined && known !== undefined && LUA_PLUGINS.has(plugin))
    return `${place}: is not a phase of ${plugin}`
  if (plugin !== undefined) return `${plugin}: ${place} ${text}`
  if (known !== undefined && at.length === 1) return `${place}: is not a field of ${entity.kind.one}`
  const what = `${[entity.list, ...at].join('.')} ${text}`
  const plainer = PLAINER.find(([pattern]) => pattern.test(what))?.[1]
  return plainer?.(finding) ?? `${place === '' ? entity.kind.one : `${place}:`} ${text}`
}

function sayTwice({ entity, field }: TwiceFinding): string {
  if (field === undefined) return `${nameOf(entity)} is configured twice in the same place`
  return `the ${field} ${entity.values[field]} is used twice`
}

/** One finding in words. */
export function sayFinding(finding: Finding): string {
  switch (finding.kind) {
    case 'plain':
      return finding.text
    case 'list':
      return `${finding.name}: is not a list that Kong knows`
    case 'value':
      return sayValue(finding)
    case 'reference':
      return `${finding.field}: no ${finding.field} of that name exists`
    case 'owner':
      return `${nameOf(finding.entity)} belongs to no ${finding.field}`
    case 'twice':
      return sayTwice(finding)
    case 'plugin':
      return `there is no plugin ${finding.name}`
  }
}
