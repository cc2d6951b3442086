// While a stack runs: an edit of catalogue.yml is checked and imported; what is wrong with it is told, and all stays as it was.
import { relative } from 'node:path'
import { reportLines } from '@mobile-api-gateway/auth-server/catalogue/file/report.ts'
import { type FileWatch, watchFile } from '@mobile-api-gateway/kong-plugins/gateway/life/file-watch.ts'
import { type DemoCatalogueOptions, takeCatalogue } from './demo-catalogue.ts'
import { writeCopy } from './follow-config.ts'

/** What following needs. */
export interface CatalogueFollowOptions extends Omit<DemoCatalogueOptions, 'text'> {
  /** The text that was imported last. */
  readonly inForce: string
  /** The copy with the addresses of this machine, for the server and for commands. */
  readonly copy: string
  readonly render: (text: string) => string
  /** What became of each edit. */
  readonly tell: (line: string) => void
}

export function followCatalogue({ inForce, copy, render, tell, ...options }: CatalogueFollowOptions): FileWatch {
  const name = relative(process.cwd(), options.file)
  return watchFile(options.file, inForce, async (edited) => {
    try {
      const text = render(edited)
      const report = await takeCatalogue({ ...options, text })
      await writeCopy(copy, text)
      tell(`${name} was edited and is in force:\n${reportLines(report, {}).join('\n')}`)
    } catch (error) {
      tell(`${name} was edited, and all stays as it was:\n${error instanceof Error ? error.message : error}`)
    }
  })
}
