// Checks that the documents lead somewhere: every relative link, every heading that one names, every path in backticks.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { deadLinks } from './link-rules.ts'

const root = join(import.meta.dirname, '..')
const files = globSync('**/*.md', {
  cwd: root,
  exclude: ['**/node_modules/**', '**/.tap/**', '**/.data/**'],
}).toSorted()
const documents = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]))
const exists = (path: string): boolean => existsSync(join(root, path))
const problems = [...documents].flatMap(([file, text]) => deadLinks(file, text, { exists, documents }))

for (const { file, line, target } of problems) console.error(`${file}:${line} names ${target}, which does not exist`)
console.log(`links and paths of ${files.length} documents checked, ${problems.length} dead`)
process.exitCode = problems.length > 0 ? 1 : 0
