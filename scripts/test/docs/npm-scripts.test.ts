// The table of commands in scripts/README.md is that of package.json: each npm script has its row, and no row is about another.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { ROOT } from '../support/documents.ts'

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8')
}

const { scripts } = JSON.parse(read('package.json'))
const written = Object.keys(scripts).filter((name) => !(name.startsWith('pre') && name.slice(3) in scripts))
/** The first command of each row. */
const rows = [...read('scripts/README.md').matchAll(/^\| `npm (?:run (?:-s )?)?([\w:-]+)([^`]*)`/gm)].map(
  ([, script = '', rest = '']) => ({ script, rest: rest.trim() }),
)

t.test('each npm script has a row, and each row is about an npm script', async (t) => {
  t.ok(written.length > 20)
  t.strictSame([...new Set(rows.map(({ script }) => script))].toSorted(), written.toSorted())
})

t.test('no command has two rows, and those of one script stand together', async (t) => {
  t.strictSame(new Set(rows.map(({ script, rest }) => `${script} ${rest}`)).size, rows.length)
  const changes = rows.filter(({ script }, index) => script !== rows[index - 1]?.script)
  const apart = changes.map(({ script }) => script).filter((script, index, all) => all.indexOf(script) !== index)
  t.strictSame(apart, [])
})
