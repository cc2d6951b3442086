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

/** Far more than a catalogue needs. */
const MAX_BYTES = 256 * 1024
const MAX_DEPTH = 20

/** Reads a file; its tree, or what keeps it from being one. */
export async function readYamlTree(path: string): Promise<YamlNode | readonly YamlProblem[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => error)
  if (typeof text !== 'string') return [{ line: 0, column: 0, text: `cannot be read (${text.code ?? text.message})` }]
  return parseYamlTree(text)
}

/** The same for its text. */
export async function parseYamlTree(text: string): Promise<YamlNode | readonly YamlProblem[]> {
  if (Buffer.byteLength(text) > MAX_BYTES)
    return [{ line: 1, column: 1, text: `is longer than ${MAX_BYTES / 1024} KiB: that is no catalogue` }]
  // Its parser calls itself for each level of [ and {; before it, because it takes what is deep to the end of its stack.
  if (deepest(text) > MAX_DEPTH) return [{ line: 1, column: 1, text: `goes deeper than ${MAX_DEPTH} levels` }]
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

  function treeOf(node: Node | null, at: Place): YamlNode {
    if (node === null) return { kind: 'value', value: null, ...at }
    const here = placeOf(node.range?.[0] ?? 0)
    if (isMap(node)) {
      const entries: [string, MapEntry][] = node.items.map((pair) => entryOf(pair, here))
      const seen = new Set<string>()
      // The parser's own check compares each with each.
      for (const [name, { at }] of entries)
        if (seen.has(name)) problems.push({ ...at, text: `has ${name} here once more; write it once` })
        else seen.add(name)
      return { kind: 'map', ...here, entries: new Map(entries) }
    }
    if (isSeq(node))
      return { kind: 'list', ...here, items: node.items.map((item) => treeOf(isNode(item) ? item : null, here)) }
    if (isScalar(node)) return { kind: 'value', ...here, value: node.value }
    problems.push({ ...here, text: 'has an alias (*name) here; write the value itself' })
    return { kind: 'value', ...here, value: null }
  }
  function entryOf({ key, value }: Pair, around: Place): [string, MapEntry] {
    const at = isScalar(key) ? placeOf(key.range?.[0] ?? 0) : around
    const name = isScalar(key) ? String(key.value) : ''
    return [name, { at, value: treeOf(isNode(value) ? value : null, at) }]
  }
  function isNode(value: unknown): value is Node {
    return typeof value === 'object' && value !== null && 'range' in value
  }

  const tree = document.contents === null ? empty : treeOf(document.contents, empty)
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
