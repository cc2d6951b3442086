// Checks that the code speaks one dialect, that no exported type name stands twice, and that files stay short.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { dialectProblems, fileLengths, typesDeclaredTwice } from './dialect-rules.ts'

const MAX_MEDIAN_LINES = 60
const MAX_NINTH_LINES = 150

const root = join(import.meta.dirname, '..')
const files = globSync(['*.{md,yml}', '{auth-server,kong-plugins,scripts,.ci}/**/*.{ts,mjs,md,yml,css}'], {
  cwd: root,
  exclude: ['**/node_modules/**', '**/.tap/**'],
})
  .filter((file) => !/(?:import|dialect)-rules/.test(file))
  .toSorted()
const sources = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]))
const problems = [
  ...[...sources].flatMap(([file, source]) => dialectProblems(file, source)),
  ...typesDeclaredTwice(sources),
]
for (const { file, line, instead } of problems) console.error(`${file}:${line} write ${instead}`)

const code = [...sources].filter(
  ([file]) => /\/src\/|^kong-plugins\/(gateway|check)\//.test(file) && file.endsWith('.ts'),
)
const { median, ninth } = fileLengths(code.map(([, source]) => source.trimEnd().split('\n').length))
const tooLong = median > MAX_MEDIAN_LINES || ninth > MAX_NINTH_LINES
if (tooLong) console.error(`half of the files may have ${MAX_MEDIAN_LINES} lines, nine in ten ${MAX_NINTH_LINES}`)
console.log(
  `dialect of ${files.length} files checked, ${problems.length} problems; median ${median} lines, nine in ten ${ninth}`,
)
process.exitCode = problems.length > 0 || tooLong ? 1 : 0
