// A kong.yml that cannot be used.
import type { Remark } from './model/source.ts'

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
