// A YAML file as a tree that remembers where everything stands, so that what is wrong with it can be pointed at.
import { readFile } from 'node:fs/promises'
import type { Node, Pair } from 'yaml'

/** Where something stands; the first line and column are 1. */
export interface Place {
  readonly line: number
  readonly column: number
}
export interface YamlScalar extends Place {
  readonly kind: 'value'
  readonly value: unknown
}
export interface YamlList extends Place {
  readonly kind: 'list'
  readonly items: readonly YamlNode[]
}
interface MapEntry {
  readonly at: Place
  readonly value: YamlNode
}
export interface YamlMap extends Place {
  readonly kind: 'map'
  readonly entries: ReadonlyMap<string, MapEntry>
}
export type YamlNode = YamlScalar | YamlList | YamlMap

/** What is wrong with a file, in a sentence. */
export interface YamlProblem extends Place {
  readonly text: string
}

/** What a file may cost whoever reads it. */
export interface YamlBounds {
  readonly maxBytes: number
  readonly maxDepth: number
  /** How many brackets may stand open, in text in quotes, too: the parser calls itself for each. */
  readonly maxOpen: number
  /** Values, lists and maps. */
  readonly maxNodes: number
  /** What the file is, to whoever wrote it. */
  readonly what: string
}

/** Far more than a catalogue needs. */
const CATALOGUE_BOUNDS: YamlBounds = {
  maxBytes: 256 * 1024,
  maxDepth: 20,
  maxOpen: 20,
  maxNodes: 100_000,
  what: 'catalogue',
}

/** Reads a file; its tree, or what keeps it from being one. */
export async function readYamlTree(path: string): Promise<YamlNode | readonly YamlProblem[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => error)
  if (typeof text !== 'string') return [{ line: 0, column: 0, text: `cannot be read (${text.code ?? text.message})` }]
  return parseYamlTree(text)
}

/** The same for its text. */
export async function parseYamlTree(
  text: string,
  { maxBytes, maxDepth, maxOpen, maxNodes, what }: YamlBounds = CATALOGUE_BOUNDS,
): Promise<YamlNode | readonly YamlProblem[]> {
  if (Buffer.byteLength(text) > maxBytes)
    return [{ line: 1, column: 1, text: `is longer than ${maxBytes / 1024} KiB: that is no ${what}` }]
  // Its parser calls itself for each level of [ and {; before it, because it takes what is deep to the end of its stack.
  if (deepest(text) > maxOpen) return [{ line: 1, column: 1, text: `goes deeper than ${maxDepth} levels` }]
  // Loaded by those alone who have such a file.
  const { LineCounter, isMap, isScalar, isSeq, parseDocument } = await import('yaml')
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false })
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line, column: col }
  }
  const problems: YamlProblem[] = document.errors.map(({ message, pos }) => ({
    ...placeOf(pos[0]),
    text: `is not YAML here: ${message}`,
  }))
  const empty: YamlNode = { kind: 'map', line: 1, column: 1, entries: new Map() }
  let nodes = 0

  function treeOf(node: Node | null, at: Place, depth: number): YamlNode {
    nodes += 1
    if (node === null) return { kind: 'value', value: null, ...at }
    const here = placeOf(node.range?.[0] ?? 0)
    // Once: what is below is not looked at.
    if (nodes === maxNodes) problems.push({ ...here, text: `has more than ${maxNodes} values: that is no ${what}` })
    if (depth === maxDepth && !isScalar(node)) problems.push({ ...here, text: `goes deeper than ${maxDepth} levels` })
    if (nodes >= maxNodes || (depth >= maxDepth && !isScalar(node))) return { kind: 'value', value: null, ...here }
    if (isMap(node)) {
      const entries: [string, MapEntry][] = node.items.map((pair) => entryOf(pair, here, depth))
      const seen = new Set<string>()
      // The parser's own check compares each with each.
      for (const [name, { at }] of entries)
        if (seen.has(name)) problems.push({ ...at, text: `has ${name} here once more; write it once` })
        else seen.add(name)
      return { kind: 'map', ...here, entries: new Map(entries) }
    }
    if (isSeq(node))
      return {
        kind: 'list',
        ...here,
        items: node.items.map((item) => treeOf(isNode(item) ? item : null, here, depth + 1)),
      }
    if (isScalar(node)) return { kind: 'value', ...here, value: node.value }
    problems.push({ ...here, text: 'has an alias (*name) here; write the value itself' })
    return { kind: 'value', ...here, value: null }
  }
  function entryOf({ key, value }: Pair, around: Place, depth: number): [string, MapEntry] {
    const at = isScalar(key) ? placeOf(key.range?.[0] ?? 0) : around
    const name = isScalar(key) ? String(key.value) : ''
    return [name, { at, value: treeOf(isNode(value) ? value : null, at, depth + 1) }]
  }
  function isNode(value: unknown): value is Node {
    return typeof value === 'object' && value !== null && 'range' in value
  }

  const tree = document.contents === null ? empty : treeOf(document.contents, empty, 0)
  return problems.length > 0 ? problems : tree
}

/** How many brackets stand open at most, and how many lists or keys begin in one line (`- - -`); text in quotes counts as well. */
function deepest(text: string): number {
  let depth = 0
  let most = 0
  for (const letter of text) {
    if (letter === '[' || letter === '{') depth += 1
    if (letter === ']' || letter === '}') depth -= 1
    most = Math.max(most, depth)
  }
  const indents = [...text.matchAll(/^[ ?:-]*(?=[^ #\r\n])/gm)].map(([indent]) => indent.length / 2)
  return indents.reduce((a, b) => Math.max(a, b), most)
}
