// A YAML text with a way back from each value to its line, so that every problem can name where it is.
import { type Document, isMap, isNode, isPair, isScalar, isSeq, LineCounter } from 'yaml'
import { parseKongYaml } from './kong-yaml.ts'

/** Where a value lies in the document: keys and indices from the root. */
export type Path = readonly (string | number)[]

/** One thing to say about the configuration, with the line it is about. */
export interface Remark {
  readonly line: number
  readonly text: string
}

/** Line and column, both counted from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** Everything that is wrong with a configuration, in one error. */
export class KongFileError extends Error {
  readonly problems: readonly Remark[]

  constructor(file: string, problems: readonly Remark[]) {
    const sorted = problems.toSorted((a, b) => a.line - b.line)
    super(`${file} cannot be used:\n${sorted.map((p) => `  line ${p.line}: ${p.text}`).join('\n')}`)
    this.name = 'KongFileError'
    this.problems = sorted
  }
}

/** A parsed document and the problems found in it so far. */
export class ConfigSource {
  readonly root: unknown
  readonly problems: Remark[] = []
  readonly #positionAt: (path: Path) => Position

  constructor(text: string) {
    const lines = new LineCounter()
    const { document, problems } = parseKongYaml(text, lines)
    this.problems = problems.map(({ offset, text }) => ({ line: lines.linePos(offset).line || 1, text }))
    this.root = this.problems.length > 0 ? undefined : this.#resolve(document)
    this.#positionAt = (path) => {
      const { line, col } = lines.linePos(keyOffset(document?.contents, path))
      return { line: line || 1, column: col || 1 }
    }
  }

  /** The values of a document: anchors and merges may lead nowhere. */
  #resolve(document: Document | undefined): unknown {
    try {
      return document?.toJS({ maxAliasCount: -1 }) ?? null
    } catch (error) {
      this.problems.push({ line: 1, text: error instanceof Error ? error.message : String(error) })
      return undefined
    }
  }

  /** Where the key (or list entry) stands that a path leads to; where there is none, what encloses it. */
  position(path: Path): Position {
    return this.#positionAt(path)
  }

  line(path: Path): number {
    return this.position(path).line
  }

  problem(path: Path, text: string): void {
    this.problems.push({ line: this.line(path), text })
  }
}

function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined
}

/** Offset of the last key or list entry on the way of a path that the text itself holds. */
function keyOffset(contents: unknown, path: Path): number {
  let node = contents
  let found = offsetOf(contents) ?? 0
  for (const step of path) {
    const next: unknown = isMap(node)
      ? node.items.findLast(({ key }) => isScalar(key) && key.value === step)
      : isSeq(node)
        ? node.items[Number(step)]
        : undefined
    if (next === undefined) break
    found = offsetOf(isPair(next) ? next.key : next) ?? found
    node = isPair(next) ? next.value : next
  }
  return found
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Typed reading of one mapping; what does not fit is reported and read as absent. */
export class Fields {
  readonly source: ConfigSource
  readonly path: Path
  readonly values: Record<string, unknown>

  constructor(source: ConfigSource, path: Path, value: unknown) {
    this.source = source
    this.path = path
    this.values = isRecord(value) ? value : {}
    if (!isRecord(value)) source.problem(path, 'must be a mapping')
  }

  problem(name: string, text: string): void {
    this.source.problem([...this.path, name], `${name}: ${text}`)
  }

  has(name: string): boolean {
    return this.values[name] !== undefined && this.values[name] !== null
  }

  #read<T>(name: string, expected: string, accept: (value: unknown) => value is T): T | undefined {
    const value = this.values[name]
    if (value === undefined || value === null) return undefined
    if (accept(value)) return value
    this.problem(name, `must be ${expected}`)
    return undefined
  }

  string(name: string): string | undefined {
    return this.#read(name, 'a string', (v): v is string => typeof v === 'string' && v !== '')
  }

  oneOf<const T extends string | number>(name: string, allowed: readonly T[]): T | undefined {
    return this.#read(name, `one of ${allowed.join(', ')}`, (v): v is T => allowed.some((a) => a === v))
  }

  boolean(name: string): boolean | undefined {
    return this.#read(name, 'true or false', (v) => typeof v === 'boolean')
  }

  integer(name: string, min: number, max: number): number | undefined {
    const fits = (v: unknown): v is number => Number.isInteger(v) && Number(v) >= min && Number(v) <= max
    return this.#read(name, `an integer from ${min} to ${max}`, fits)
  }

  strings(name: string): string[] | undefined {
    const fits = (v: unknown): v is string[] => Array.isArray(v) && v.every((s) => typeof s === 'string')
    return this.#read(name, 'a list of strings', fits)
  }

  record(name: string): Record<string, unknown> | undefined {
    return this.#read(name, 'a mapping', isRecord)
  }

  /** The mappings of a list below this one. */
  list(name: string): Fields[] {
    const items = this.#read(name, 'a list', (v): v is unknown[] => Array.isArray(v)) ?? []
    return items.map((item, i) => new Fields(this.source, [...this.path, name, i], item))
  }

  get line(): number {
    return this.source.line(this.path)
  }
}
