// What is to be said of a kong.yml that is being read: what is left out, what is refused, and what cannot be used.
import type { ConfigSource, Path, Remark } from './model/source.ts'
import { type Scope, type Unsupported, unsupported } from './types.ts'

/** Collects it, with lines. */
export class Notes {
  readonly #source: ConfigSource
  readonly #refusedPaths: Path[] = []
  readonly refusals: Unsupported[] = []
  readonly notices: Remark[] = []
  readonly problems: Remark[] = []

  constructor(source: ConfigSource) {
    this.#source = source
  }

  /** Closes what a scope covers. */
  refuse(scope: Scope, path: Path, what: string): void {
    this.#refusedPaths.push(path)
    this.refusals.push(unsupported(scope, this.#source.line(path), what))
  }

  notice(path: Path, text: string): void {
    this.notices.push({ line: this.#source.line(path), text })
  }

  problem(path: Path, text: string): void {
    this.problems.push({ line: this.#source.line(path), text })
  }

  line(path: Path): number {
    return this.#source.line(path)
  }

  /** Whether something is refused as a whole: what is wrong in it then matters to nobody. */
  isRefused(path: Path): boolean {
    return this.#refusedPaths.some((refused) => refused.every((step, i) => step === path[i]))
  }
}
