// While a stack runs: an edit of kong.yml is checked, rendered for this machine, and taken into service by its gateway.
import { readFile, rename, writeFile } from 'node:fs/promises'
import { checkKongText } from '@mobile-api-gateway/kong-plugins/check/check.ts'
import { formatProblem } from '@mobile-api-gateway/kong-plugins/check/problem.ts'
import { type FileWatch, watchFile } from '@mobile-api-gateway/kong-plugins/gateway/life/file-watch.ts'

/** What following needs. */
export interface ConfigFollowOptions {
  /** The kong.yml that people edit. */
  readonly source: string
  /** Its text as it was rendered last. */
  readonly text: string
  /** The copy that the gateway reads. */
  readonly copy: string
  readonly render: (text: string) => string
  /** Tells the gateway, where it does not watch the copy itself. */
  readonly reload: () => Promise<void>
  /** What became of each edit. */
  readonly tell: (line: string) => void
}

/** Puts the whole text in the copy's place at once: nobody reads half of it. */
export async function writeCopy(copy: string, text: string): Promise<void> {
  await writeFile(`${copy}.new`, text)
  await rename(`${copy}.new`, copy)
}

async function wording(file: string, text: string): Promise<Map<string, string>> {
  const problems = await checkKongText(file, text)
  return new Map(problems.map((problem) => [problem.problem, formatProblem(problem)]))
}

/** Follows kong.yml. An edit that brings in problems is refused with them, and the old one stays. */
export function followKongYml({ source, text, copy, render, reload, tell }: ConfigFollowOptions): FileWatch {
  let inForce = text
  return watchFile(source, text, async (edited) => {
    try {
      // What was wrong already when the stack was started is not this edit's fault.
      const [before, after] = await Promise.all([wording(source, inForce), wording(source, edited)])
      const added = [...after].filter(([problem]) => !before.has(problem)).map(([, line]) => line)
      if (added.length > 0) {
        tell(`kong.yml was edited, and the old one stays:\n${added.join('\n')}`)
        return
      }
      const previous = await readFile(copy, 'utf8')
      await writeCopy(copy, render(edited))
      try {
        await reload()
      } catch (error) {
        await writeCopy(copy, previous) // what a restart of the gateway would read
        throw error
      }
      inForce = edited
      tell('kong.yml was edited and is in force')
    } catch (error) {
      tell(`kong.yml was edited, and the old one stays: ${error instanceof Error ? error.message : error}`)
    }
  })
}
