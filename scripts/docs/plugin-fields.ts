// kong-plugins/docs/fields.md: every field of every plugin, from the schemas that Kong is told.
import { isDeepStrictEqual } from 'node:util'
import type { Plugin } from '@mobile-api-gateway/kong-plugins/plugins.ts'
import type { KongField } from '@mobile-api-gateway/kong-plugins/schema/field.ts'
import { code, generatedFrom, table } from './markdown.ts'

const INTRODUCTION = `# Fields of the plugins

What may stand under \`config\` of each plugin in kong.yml. \`npm run check:kong -- kong.yml\` checks a file against it.
\`a.b\` is the field b of the record a, \`a[].b\` of each entry of the list a, \`a.<name>.b\` of each value of the map a.
A *secret* may be a vault reference such as \`{vault://env/redis-password}\`. Numbers are whole numbers within the bounds given.`

type Described = readonly [path: string, field: KongField]

function fieldsOf(record: KongField): Described[] {
  return (record.fields ?? []).flatMap((field) => Object.entries(field))
}

/** The records that lie directly within a field, each by its path. */
function recordsIn([path, field]: Described): Described[] {
  const inner: readonly (readonly [string, KongField | undefined])[] = [
    [path, field],
    [`${path}[]`, field.elements],
    [`${path}.<name>`, field.values],
  ]
  return inner.flatMap(([at, its]) => (its?.type === 'record' ? [[at, its] as const] : []))
}

/** The rows of a field and of all fields within it; of a record like one above only the first row, with its name. */
function rowsOf(described: Described, above: Described[]): string[][] {
  const [path, field] = described
  const notes: string[] = []
  const rows = recordsIn(described).flatMap(([at, record]) => {
    const twin = above.find(([, other]) => isDeepStrictEqual(other.fields, record.fields))
    if (twin) {
      notes.push(`Its fields are those of ${code(twin[0])}.`)
      return []
    }
    above.push([at, record])
    notes.push(...rulesOf(record))
    return fieldsOf(record).flatMap(([name, its]) => rowsOf([`${at}.${name}`, its], above))
  })
  const meaning = [field.description === undefined ? '' : `${field.description}.`, ...notes].join(' ').trim()
  return [[code(path), meaning, typeOf(field), defaultOf(field)], ...rows]
}

function typeOf(field: KongField): string {
  if (field.one_of) return field.one_of.map(code).join(', ')
  switch (field.type) {
    case 'string':
      return field.referenceable ? 'secret' : 'text'
    case 'integer':
      return field.between ? `${field.between.join(' to ')}` : 'integer'
    case 'array':
    case 'set':
      return `list of ${plural(field.elements)}`
    case 'map':
      return `map to ${plural(field.values)}`
    default:
      return field.type
  }
}

function plural(field: KongField | undefined): string {
  if (field === undefined) return 'values'
  return field.one_of ? typeOf(field) : typeOf(field).replace(/^(?:text|record|list)/, (word) => `${word}s`)
}

function defaultOf({ default: byDefault, required }: KongField): string {
  if (byDefault !== undefined) return code(typeof byDefault === 'string' ? byDefault : JSON.stringify(byDefault))
  return required ? '**required**' : ''
}

/** What Kong checks over several fields, in words. */
function rulesOf(record: KongField): string[] {
  return (record.entity_checks ?? []).map((check) => {
    if ('at_least_one_of' in check) return `At least one of ${check.at_least_one_of.map(code).join(', ')} is required.`
    const { if_field: field, if_match: match, then_at_least_one_of: needed } = check.conditional_at_least_one_of
    return `${needed.map(code).join(', ')} is required when ${code(field)} is ${code(match.eq)}.`
  })
}

function section(plugin: Plugin, reference: Plugin): string {
  const known = new Map(plugin === reference ? [] : fieldsOf(reference.schema))
  const isKnown = ([name, field]: Described) => isDeepStrictEqual(known.get(name), field)
  const fields = fieldsOf(plugin.schema)
  const same = fields.filter(isKnown).map(([name]) => code(name))
  const above: Described[] = []
  const rows = fields.filter((field) => !isKnown(field)).flatMap((field) => rowsOf(field, above))
  return [
    `## ${plugin.name}`,
    [`${plugin.schema.description ?? ''}. Priority ${plugin.priority}.`, ...rulesOf(plugin.schema)].join(' '),
    ...(same.length > 0 ? [`As in ${code(reference.name)}: ${same.join(', ')}.`] : []),
    ...(rows.length > 0 ? [table(['Field', 'Meaning', 'Type', 'Default'], rows)] : []),
  ].join('\n\n')
}

/** The text of the reference; plugins after the first name only what the first does not have in the same form. */
export function pluginFields(plugins: readonly Plugin[]): string {
  const [reference] = plugins
  const sections = reference === undefined ? [] : plugins.map((plugin) => section(plugin, reference))
  return `${[generatedFrom('kong-plugins/src/schema/'), INTRODUCTION, ...sections].join('\n\n')}\n`
}
