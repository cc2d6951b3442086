// Checks that imports go one way: folders may know what lies below them, never what lies above or beside.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { forbiddenImports } from './import-rules.ts'

const root = join(import.meta.dirname, '..')
const files = globSync('{auth-server,kong-plugins,scripts}/**/*.{ts,mjs}', {
  cwd: root,
  exclude: ['**/node_modules/**', '**/.tap/**'],
})
const problems = files.toSorted().flatMap((file) => forbiddenImports(file, readFileSync(join(root, file), 'utf8')))

for (const { file, line, imported, why } of problems) console.error(`${file}:${line} imports ${imported}: ${why}`)
console.log(`imports of ${files.length} files checked, ${problems.length} forbidden`)
process.exitCode = problems.length > 0 ? 1 : 0
