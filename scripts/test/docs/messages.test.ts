// What the troubleshooting pages quote is what the programs say.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { markdownFiles, ROOT } from '../support/documents.ts'

/** The sources of a workspace as one text, in which sentences are whole: literals in several parts are joined. */
function sourcesOf(workspace: string): string {
  const files = globSync(`${workspace}/src/**/*.ts`, { cwd: ROOT })
  const text = [...files, 'kong.yml'].map((file) => readFileSync(join(ROOT, file), 'utf8')).join('\n')
  return text
    .replaceAll(/['"`]\s*\+\s*['"`]/g, '')
    .replaceAll(/\s+/g, ' ')
    .toLowerCase()
}

/** The quotations in the first column of the tables; `…` stands for anything. */
function quotationsOf(text: string): string[] {
  const firstCells = [...text.matchAll(/^\| ([^|]+) \|/gm)].map(([, cell = '']) => cell)
  return firstCells.flatMap((cell) => [...cell.matchAll(/"([^"]+)"/g)].map(([, quoted = '']) => quoted))
}

function isSaid(quoted: string, sources: string): boolean {
  const parts = quoted
    .toLowerCase()
    .split('…')
    .map((part) => part.trim())
  return parts.every((part) => sources.includes(part))
}

t.test('what the troubleshooting pages quote is in the code', async (t) => {
  const pages = markdownFiles().filter(({ file }) => file.endsWith('docs/troubleshooting.md'))
  t.equal(pages.length, 2)
  for (const { file, text } of pages) {
    const sources = sourcesOf(file.split('/')[0] ?? '')
    const quotations = quotationsOf(text)
    t.ok(quotations.length > 15, `${file}: ${quotations.length} quotations`)
    t.strictSame(
      quotations.filter((quoted) => !isSaid(quoted, sources)),
      [],
      file,
    )
  }
})
