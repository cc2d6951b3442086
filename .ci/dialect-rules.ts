// The dialect of the code as a table of rules; each says what it forbids and what to write instead.

/** What a rule finds in one file. */
export interface DialectProblem {
  readonly file: string
  readonly line: number
  /** What to write instead. */
  readonly instead: string
}

interface DialectRule {
  readonly instead: string
  /** Matches at what is forbidden. */
  readonly pattern: RegExp
  /** A match that is allowed after all. */
  readonly unless?: (match: string, source: string, index: number) => boolean
  readonly appliesTo: (file: string) => boolean
}

const isTest = (file: string): boolean => /(^|\/)(test|e2e)\//.test(file)
const isTypeScript = (file: string): boolean => file.endsWith('.ts')
const isSource = (file: string): boolean => isTypeScript(file) && !isTest(file)
const everyFile = (): boolean => true

/** Fields that two versions of our programs exchange keep their names. */
const WIRE_NAMES: ReadonlySet<string> = new Set(['startMs'])
/** Of Node and of libraries. */
const LIBRARIES_NAMES: ReadonlySet<string> = new Set([
  'mtimeMs',
  'ctimeMs',
  'atimeMs',
  'birthtimeMs',
  'acceptedClockSkewMs',
])

/**
 * A module constant: a literal, or a collection made of literals. Codecs of a protocol are composed like types
 * (`string`, `nested(value)`) and keep small letters.
 */
const CONSTANT =
  /^(?:export )?const (?![A-Z][A-Z0-9_]*\b)\w+(?:: (?!WireField<|Codec<)[^=\n]+)? =\s+(?:-?\d|['"`{/]|\[(?!\s*\.\.\.)|new (?:Set|Map)(?:<[^\n]*>)?\((?:\)|\[(?!\s*\.\.\.))|new RegExp\b)/gm

/** Whether the object type that begins in a match is only one part of a union or an intersection. */
function isPart(source: string, index: number): boolean {
  let depth = 0
  for (let at = source.indexOf('{', index); at < source.length; at++) {
    if (source[at] === '{') depth++
    if (source[at] === '}' && --depth === 0) return /^[\s>]*[&|]/.test(source.slice(at + 1))
  }
  return false
}

const RULES: readonly DialectRule[] = [
  {
    instead: 'a function declaration: arrows are for callbacks',
    // In formatted code what stands at the start of a line is at the top level; only an arrow has `=>` or `:` behind `)`.
    pattern: /^(?:export )?const \w+ = (?:async )?(?:<[^>\n]*>)?\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)\s*(?:=>|:)/gm,
    appliesTo: (file) => isTypeScript(file) && !file.startsWith('.ci/'),
  },
  {
    instead: 'an interface with readonly members: type is for unions and derived types',
    pattern: /^(?:export )?type \w+(?:<[^=]*>)? = (?:Readonly<)?\{(?!\s*(?:readonly )?\[)/gm,
    unless: (_, source, index) => isPart(source, index),
    appliesTo: isTypeScript,
  },
  {
    instead: 'error, as the name of what is caught',
    pattern: /\bcatch \((?!error\b)\w+\)|\.catch\((?:async )?\((?!error\b|_|\))\w+/g,
    appliesTo: isTypeScript,
  },
  { instead: 'UPPER_SNAKE for a module constant', pattern: CONSTANT, appliesTo: isSource },
  {
    instead: 'Millis or Seconds at the end of a duration',
    pattern: /\b(?:[a-z]\w*[a-z0-9](?:Ms|Secs?)|[A-Z][A-Z0-9_]*_(?:MS|SECS?))\b/g,
    unless: (name) => WIRE_NAMES.has(name) || LIBRARIES_NAMES.has(name),
    appliesTo: isTypeScript,
  },
  {
    instead: "a function of store/: nobody else builds the database's statements",
    pattern: /\.(?:selectFrom|insertInto|updateTable|deleteFrom|mergeInto)\(/g,
    appliesTo: (file) => file.startsWith('auth-server/src/') && !file.startsWith('auth-server/src/store/'),
  },
  {
    instead: 't.teardown, as everywhere',
    pattern: /\bt\.after\(|\bafterEach\(/g,
    appliesTo: isTest,
  },
  {
    instead: '@throws {X} when …',
    pattern: /@throws(?! \{\w+\})/g,
    appliesTo: isSource,
  },
  {
    instead: 'a sentence about this file in its first line',
    pattern: /^(?!\/\/ |\/\*\*|#!)/g,
    appliesTo: isTypeScript,
  },
  {
    instead: 'form({ binding, action }, …) of pages/components: a form by hand lacks its token and its policy',
    pattern: /<form\b/gi,
    appliesTo: (file) => file.startsWith('auth-server/src/') && file !== 'auth-server/src/pages/components/form.ts',
  },
  {
    instead: 'a row of a table of the account: mount.ts alone mounts routes, behind the guard',
    pattern: /\b(?:app|scope|instance)\.(?:get|post|all|route|register)\(|\baddPage\(/g,
    appliesTo: (file) => file.startsWith('auth-server/src/account/') && file !== 'auth-server/src/account/mount.ts',
  },
  {
    instead: 'a plain word (folder, flow, endpoint, setup): no private metaphors',
    pattern:
      /\b(?:houses?|(?:the|whole|this|a) roads?|rooms|(?:the|this|each|every|which) room|(?:the|this|one|second) door)\b/gi,
    appliesTo: everyFile,
  },
]

/**
 * What in one file is not in our dialect.
 * @param file path from the project's root, with forward slashes
 */
export function dialectProblems(file: string, source: string): DialectProblem[] {
  return RULES.filter(({ appliesTo }) => appliesTo(file)).flatMap(({ pattern, instead, unless }) =>
    [...source.matchAll(pattern)]
      .filter(({ 0: match, index }) => !unless?.(match, source, index))
      .map(({ index }) => ({ file, line: source.slice(0, index).split('\n').length, instead })),
  )
}

/** Exported types whose name another file exports as well: one word, one thing. */
export function typesDeclaredTwice(sources: ReadonlyMap<string, string>): DialectProblem[] {
  const declared = new Map<string, { readonly file: string; readonly line: number }[]>()
  for (const [file, source] of sources) {
    if (!isTypeScript(file)) continue
    for (const { 1: name = '', index } of source.matchAll(
      /^export (?:declare )?(?:interface|type|(?:abstract )?class) (\w+)/gm,
    )) {
      const places = declared.get(name) ?? []
      places.push({ file, line: source.slice(0, index).split('\n').length })
      declared.set(name, places)
    }
  }
  return [...declared].flatMap(([name, places]) =>
    places.length < 2 || new Set(places.map(({ file }) => file)).size < 2
      ? []
      : places.map(({ file, line }) => ({
          file,
          line,
          instead: `a name of its own: another file exports a type ${name}`,
        })),
  )
}

/** How long files are: half of them have at most `median` lines, nine in ten at most `ninth`. */
export function fileLengths(lengths: readonly number[]): { readonly median: number; readonly ninth: number } {
  const sorted = lengths.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0
  return { median: at(0.5), ninth: at(0.9) }
}
