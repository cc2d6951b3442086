// Each package declares what it imports: an image, or a stranger's project, has nothing else.
import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import t from 'tap'
import { readImports } from '../../.ci/import-rules.ts'
import { ROOT } from './support/documents.ts'

const CODE = {
  'auth-server': ['src/**/*.ts'],
  'auth-server/sdk': ['src/**/*.ts'],
  'kong-plugins': ['src/**/*.ts', 'gateway/**/*.ts', 'check/**/*.ts'],
}

for (const [folder, patterns] of Object.entries(CODE)) {
  t.test(folder, async (t) => {
    const { dependencies, peerDependencies = {} } = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'))
    const undeclared: string[] = []
    // Snippets are texts for other platforms, with imports of theirs.
    for await (const file of glob(patterns, { cwd: join(ROOT, folder), exclude: ['src/snippets/**'] })) {
      for (const { target, typeOnly } of readImports(readFileSync(join(ROOT, folder, file), 'utf8'))) {
        // SQL and prose have the word "from" before quotation marks, too; no package has a space in its name.
        if (typeOnly || /^\.|\s/.test(target) || isBuiltin(target)) continue
        const name = /^(?:@[^/]+\/)?[^/]+/.exec(target)?.[0] ?? ''
        if (!(name in dependencies) && !(name in peerDependencies)) undeclared.push(`${file} imports ${name}`)
      }
    }
    t.strictSame(undeclared, [])
  })
}
