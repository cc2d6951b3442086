// What the checker says: one problem, where it is, and what to write instead.
import type { ConfigSource, Path } from '../gateway/config/model/source.ts'

/** One thing that is wrong. */
export interface KongFileProblem {
  readonly file: string
  /** Counted from 1, as is the column. */
  readonly line: number
  readonly column: number
  readonly problem: string
  /** What to write instead. */
  readonly instead: string
}

/** Takes problems while a file is checked. */
export type ReportProblem = (path: Path, problem: string, instead: string) => void

/** Collects the problems of one file. */
export function collectProblems(
  file: string,
  source: ConfigSource,
): { report: ReportProblem; problems: () => KongFileProblem[] } {
  const found = new Map<string, KongFileProblem>()
  return {
    report: (path, problem, instead) => {
      const { line, column } = source.position(path)
      found.set(JSON.stringify([line, column, problem]), { file, line, column, problem, instead })
    },
    problems: () => [...found.values()].toSorted((a, b) => a.line - b.line || a.column - b.column),
  }
}

/** `file:line:column: problem. Write instead: …` */
export function formatProblem({ file, line, column, problem, instead }: KongFileProblem): string {
  return `${file}:${line}:${column}: ${problem}. Write instead: ${instead}`
}
