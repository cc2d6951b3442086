// What is wrong with a kong.yml, and what to write instead, in words.
import { DOCUMENT_FIELDS } from '../gateway/config/model/document.ts'
import { nameOf, SHOWN_FIELDS } from '../gateway/config/model/entity.ts'
import { pluginSchemas } from '../gateway/config/model/facts.ts'
import type {
  Finding,
  ListFinding,
  ReferenceFinding,
  TwiceFinding,
  ValueFinding,
} from '../gateway/config/model/finding.ts'
import { ENTITY_KINDS } from '../gateway/config/model/kinds.ts'
import { urlFields } from '../gateway/config/model/url.ts'
import { nearest, sayInstead, sayKnown, sayPlainly } from './suggest.ts'

/** What is wrong, and what would be right. */
export interface Advice {
  readonly problem: string
  readonly instead: string
}

/** Top-level names that only decK or the enterprise edition know, with the reason Kong itself refuses them. */
const NOT_KONGS: ReadonlyMap<string, string> = new Map([
  ...['_info', '_workspace', '_konnect', '_plugin_configs'].map((key): [string, string] => [
    key,
    "is decK's: Kong itself does not know it",
  ]),
  ['consumer_groups', "is the enterprise edition's"],
])
function adviseOnList({ name }: ListFinding): Advice {
  const why = NOT_KONGS.get(name)
  if (why !== undefined)
    return { problem: `${name} ${why}`, instead: 'nothing: leave it out of the file that Kong reads' }
  const known = [...ENTITY_KINDS.keys(), ...DOCUMENT_FIELDS]
  return { problem: `Kong knows no list called ${name}`, instead: nearest(name, known) ?? known.join(', ') }
}

function adviseOnUrl(url: string, field: string, text: string): Advice {
  const { protocol, host } = urlFields(url)
  const [what, instead] =
    field === 'host' && host === null
      ? [`"${url}" has no protocol and host`, 'url: http://host:port/path']
      : field === 'protocol'
        ? [`has the unknown protocol ${protocol}`, text.replace(/^must be /, '')]
        : field === 'path' && text.startsWith('must not be set')
          ? [`has a path, which ${protocol} has no use for`, `url: ${protocol}://${host}`]
          : [`"${url}" gives a ${field} that ${text}`, 'url: http://host:port/path']
  return { problem: `services.url ${what}`, instead }
}

function adviseOnValue({ entity, at, text: found, known, plugin, url }: ValueFinding): Advice {
  const { one } = entity.kind
  const text = sayPlainly(found)
  const key = String(at.at(-1) ?? '')
  if (url !== undefined) return adviseOnUrl(url, String(at[0]), text)
  if (plugin === undefined && at.length === 1 && known !== undefined)
    return { problem: `${one} has no field ${key}`, instead: nearest(key, known) ?? `one of ${known.join(', ')}` }
  const what = plugin === undefined ? [one, ...at].join('.').replace(/^an? /, '') : [plugin, ...at].join('.')
  const place = plugin !== undefined && at.length === 0 ? ['config'] : at
  return { problem: `${what} ${text}`, instead: known ? sayKnown(key, known) : sayInstead(place, text) }
}

function adviseOnReference({ field, target, key, names }: ReferenceFinding): Advice {
  const some = names.length === 0 ? `an entry in ${target}` : names.slice(0, 5).join(', ')
  return {
    problem: `there is no ${field} called ${key} in ${target}`,
    instead: `${field}: ${nearest(key, names) ?? some}`,
  }
}

function adviseOnTwice({ entity, field }: TwiceFinding): Advice {
  const what =
    field === undefined
      ? 'its place'
      : `the ${field}${SHOWN_FIELDS.includes(field) ? ` ${String(entity.values[field])}` : ''}`
  return {
    problem: `this ${nameOf(entity)} has ${what}, as has the one before`,
    instead: field === undefined ? 'one of the two, with the settings of both' : `another ${field}`,
  }
}

/**
 * One finding in words.
 * @param ownPlugins names of our plugins
 */
export function advise(finding: Finding, ownPlugins: readonly string[]): Advice {
  switch (finding.kind) {
    case 'plain':
      return { problem: finding.text, instead: finding.instead }
    case 'list':
      return adviseOnList(finding)
    case 'value':
      return adviseOnValue(finding)
    case 'reference':
      return adviseOnReference(finding)
    case 'twice':
      return adviseOnTwice(finding)
    case 'owner': {
      const { entity, field } = finding
      const instead = `${field}: … or put it into its ${field}`
      return { problem: `this ${nameOf(entity)} belongs to no ${field}`, instead }
    }
    case 'plugin': {
      const { name } = finding
      const near = nearest(name, [...pluginSchemas.keys(), ...ownPlugins])
      return {
        problem: `there is no plugin ${name} among Kong's bundled ones and ours`,
        instead: near ?? `a bundled plugin's name, or call the checker with --plugins ${name}`,
      }
    }
  }
}
