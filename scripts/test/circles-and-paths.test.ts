// Files that import each other, and paths that are written twice, are found; what only looks so is not.
import t from 'tap'
import { importCircles } from '../../.ci/import-circles.ts'
import { pathsWrittenTwice } from '../../.ci/path-rules.ts'

const AUTH = 'auth-server/src'

t.test('a circle of imports is named once, by its files, in every workspace', async (t) => {
  const sources = new Map([
    [`${AUTH}/oauth/a.ts`, "import { b } from './b.ts'"],
    [`${AUTH}/oauth/b.ts`, "import { d } from './d.ts'\nexport { c } from '../http/c.ts'"],
    [`${AUTH}/http/c.ts`, "const a = await import('../oauth/a.ts')"],
    [`${AUTH}/oauth/d.ts`, "import './outside.ts'"],
    ['kong-plugins/src/self.ts', "import { x } from './self.ts'"],
    ['scripts/x.ts', "import { y } from '@mobile-api-gateway/kong-plugins/y.ts'"],
    ['kong-plugins/src/y.ts', "import { x } from '@mobile-api-gateway/scripts/x.ts'"],
  ])
  t.strictSame(importCircles(sources), [
    [`${AUTH}/oauth/a.ts`, `${AUTH}/oauth/b.ts`, `${AUTH}/http/c.ts`, `${AUTH}/oauth/a.ts`],
    ['kong-plugins/src/self.ts', 'kong-plugins/src/self.ts'],
    ['scripts/x.ts', 'kong-plugins/src/y.ts', 'scripts/x.ts'],
  ])
})

t.test('what leads back by a type alone is no circle', async (t) => {
  const sources = new Map([
    [`${AUTH}/store/database.ts`, "import { table } from './tables/t.ts'"],
    [`${AUTH}/store/tables/t.ts`, "import type { Db } from '../database.ts'"],
  ])
  t.strictSame(importCircles(sources), [])
})

t.test('a path that is written a second time is named, in every notation', async (t) => {
  const table = "const ROWS = [{ path: '/token' }, { path: '/authorize' }, { path: '/jwks' }]"
  const rows: [second: string, path: string][] = [
    ["app.post('/token', handler)", '/token'],
    [`const endpoint = \`\${issuer}/token\``, '/token'],
    [`redirect(\`/authorize?\${parameters}\`)`, '/authorize'],
    [`redirect(\`/authorize/resume/\${id}\`)`, '/authorize/resume'],
    ['html`<a href="/jwks">keys</a>`', '/jwks'],
  ]
  for (const [second, path] of rows)
    t.strictSame(
      pathsWrittenTwice(
        new Map([
          [`${AUTH}/oauth/endpoints.ts`, table],
          [`${AUTH}/oauth/a.ts`, `// once more:\n${second}`],
        ]),
      ),
      [{ file: `${AUTH}/oauth/a.ts`, line: 2, path, other: `${AUTH}/oauth/endpoints.ts:1` }],
      second,
    )
})

t.test('comments, texts, files, other paths and expressions are no second path', async (t) => {
  const source = `// GET '/token' is refused
import { token } from '/token'
/**
 * at \`/token\`
 */
const ROWS = [{ path: '/token' }] // not '/token'
const text = 'ask \`/token\` for it'
const other = \`\${PAGES}/token\`
const longer = '/tokens'
const network = \`\${site}/48\`
const pattern = /\\/token/
`
  t.strictSame(pathsWrittenTwice(new Map([[`${AUTH}/a.ts`, source]])), [])
})
