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

/** A document, or what of it is no YAML to Kong. */
export class ConfigSource {
  readonly root: unknown
  readonly problems: Remark[]
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
