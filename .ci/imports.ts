// Checks that imports go one way and in no circle, and that no path is written twice.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { importCircles } from './import-circles.ts'
import { forbiddenImports } from './import-rules.ts'
import { pathsWrittenTwice } from './path-rules.ts'

const root = join(import.meta.dirname, '..')
const files = globSync('{auth-server,kong-plugins,scripts}/**/*.{ts,mjs}', {
  cwd: root,
  exclude: ['**/node_modules/**', '**/.tap/**'],
})
const sources = new Map(files.toSorted().map((file) => [file, readFileSync(join(root, file), 'utf8')]))
const forbidden = [...sources].flatMap(([file, source]) => forbiddenImports(file, source))
const circles = importCircles(sources)
const paths = pathsWrittenTwice(new Map([...sources].filter(([file]) => file.startsWith('auth-server/src/'))))

for (const { file, line, imported, why } of forbidden) console.error(`${file}:${line} imports ${imported}: ${why}`)
for (const circle of circles) console.error(`files import each other: ${circle.join(' → ')}`)
for (const { file, line, path, other } of paths)
  console.error(`${file}:${line} writes ${path}, which stands in ${other}`)
console.log(
  `imports of ${files.length} files checked, ${forbidden.length} forbidden, ${circles.length} circles; ` +
    `${paths.length} paths written twice`,
)
process.exitCode = forbidden.length + circles.length + paths.length > 0 ? 1 : 0
