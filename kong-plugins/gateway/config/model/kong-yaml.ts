// YAML as Kong reads it (libyaml and lyaml, near YAML 1.1): `no` is false, 0644 octal, 10:80 a number in base sixty.
import {
  type Document,
  isNode,
  isScalar,
  type LineCounter,
  parseAllDocuments,
  type ScalarTag,
  type Tags,
  visit,
} from 'yaml'

function digits(text: string): string {
  return text.replaceAll('_', '')
}
function signed(text: string, value: (rest: string) => number): number {
  return text.startsWith('-') ? -value(text.slice(1)) : value(text.replace(/^\+/, ''))
}
function inBase(base: number, prefix: string) {
  return (text: string) => signed(text, (rest) => Number.parseInt(digits(rest).slice(prefix.length), base))
}
function inBaseSixty(text: string): number {
  return signed(text, (rest) => rest.split(':').reduce((sum, each) => sum * 60 + Number(each), 0))
}

function scalar(tag: string, test: RegExp, resolve: (text: string) => unknown): ScalarTag {
  return {
    ...{ tag: `tag:yaml.org,2002:${tag}`, default: true, test, resolve },
  }
}

/** What a text without quotes stands for, the first that fits; what fits none is a text. */
const SCALARS: readonly ScalarTag[] = [
  scalar('null', /^(?:~|[Nn]ull|NULL)?$/, () => null),
  scalar('int', /^[+-]?0_*[0-7][0-7_]*$/, inBase(8, '0')),
  scalar('int', /^[+-]?_*[0-9][0-9_]*$/, (text) => Number(digits(text))),
  scalar('float', /^[+-]?_*(?=[\d_]*[.eE])(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?$/, (text) =>
    Number(digits(text)),
  ),
  scalar('bool', /^(?:[Tt]rue|TRUE|[Yy]es|YES|[Oo]n|ON)$/, () => true),
  scalar('bool', /^(?:[Ff]alse|FALSE|[Nn]o|NO|[Oo]ff|OFF)$/, () => false),
  scalar('float', /^[+-]?\.(?:inf|Inf|INF)$/, (text) => (text.startsWith('-') ? -Infinity : Infinity)),
  scalar('float', /^\.(?:nan|NaN|NAN)$/, () => Number.NaN),
  scalar('int', /^[+-]?0x_*[0-9a-fA-F][0-9a-fA-F_]*$/, inBase(16, '0x')),
  scalar('int', /^[+-]?0b_*[01][01_]+$/, inBase(2, '0b')),
  scalar('int', /^[+-]?[0-9]+:[0-5]?[0-9][:0-9]*$/, inBaseSixty),
  scalar('float', /^[+-]?[0-9]+:[0-5]?[0-9][:0-9]*\.[0-9]+$/, inBaseSixty),
]

/** A document, and what is wrong with the text, by offset. */
export interface KongYaml {
  readonly document: Document | undefined
  readonly problems: readonly { readonly offset: number; readonly text: string }[]
}

/** Reads a text as Kong does: of several documents the first, of several equal keys the last. */
export function parseKongYaml(text: string, lineCounter: LineCounter): KongYaml {
  const documents = [
    ...parseAllDocuments(text, {
      ...{ lineCounter, merge: true, uniqueKeys: false, schema: 'failsafe' },
      customTags: (tags: Tags): Tags => [...tags, ...SCALARS],
    }),
  ]
  const problems = documents.flatMap(({ errors }) =>
    errors.map(({ pos, message }) => ({ offset: pos[0], text: message.split('\n')[0] ?? 'YAML error' })),
  )
  const [document] = documents
  if (document !== undefined) {
    visit(document, {
      Pair: (_, { key }) => {
        // Kong's lists and mappings have texts as keys (the symbol is the merge key <<)
        const value: unknown = isScalar(key) ? key.value : undefined
        if (typeof value === 'string' || typeof value === 'symbol') return
        const offset = isNode(key) ? (key.range?.[0] ?? 0) : 0
        const name = isScalar(key) ? (key.source ?? String(value)) : 'here'
        problems.push({ offset, text: `the key ${name} is no text to Kong: put it into quotes` })
      },
    })
  }
  return { document, problems }
}
