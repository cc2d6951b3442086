// A document that is being drawn, and how much of it may still be: what is referred to is drawn at each place that refers to it.
import type { YamlNode } from '../../config/yaml-tree.ts'

/** In characters, and as many again for each row. */
const MAX_DRAWN = 2_000_000
const ROW = 50

export class Book {
  readonly root: YamlNode
  #left = MAX_DRAWN

  constructor(root: YamlNode) {
    this.root = root
  }

  /** Whether there is room for this row; takes it. */
  hasRoomFor(...texts: readonly string[]): boolean {
    this.#left -= texts.reduce((sum, text) => sum + text.length, ROW)
    return this.#left >= 0
  }
}
