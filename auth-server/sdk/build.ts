// Makes what is published, for as long as `npm pack` takes: JavaScript and types of what the entries reach. Nothing here needs it.
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = import.meta.dirname
const compiler = join(dirname(fileURLToPath(import.meta.resolve('typescript/package.json'))), 'bin/tsc')

rmSync(join(folder, 'dist'), { recursive: true, force: true })
if (!process.argv.includes('--clean')) process.exitCode = build()

function build(): number {
  const arguments_ = [compiler, '-p', join(folder, 'tsconfig.build.json')]
  const { status } = spawnSync(process.execPath, arguments_, { stdio: 'inherit' })
  if (status !== 0) return 1
  // The compiler rewrites `./x.ts` to `./x.js` in code alone; in types it would lead nowhere.
  for (const file of globSync('dist/**/*.d.ts', { cwd: folder })) {
    const path = join(folder, file)
    writeFileSync(path, readFileSync(path, 'utf8').replace(/(from |import\()(['"])(\.[^'"]+)\.ts\2/g, '$1$2$3.js$2'))
  }
  return 0
}
