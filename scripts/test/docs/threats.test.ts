// Threats: every attack names the tests that would fail, and each of them is there.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { ROOT } from '../support/documents.ts'

const text = readFileSync(join(ROOT, 'auth-server/docs/threats.md'), 'utf8')

/** The rows of the tables that have a column of tests. */
const attacks = text
  .split(/^\| Attack \| Answer \| Tests \|$/m)
  .slice(1)
  .flatMap((part) => part.split('\n').filter((line) => /^\| (?!--)/.test(line)))

/** The files that a row names. */
function testsOf(row: string): string[] {
  const cell = row.split(' | ').at(-1) ?? ''
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, path = '']) =>
    path.startsWith('test/') ? `auth-server/${path}` : path,
  )
}

t.test('every attack has an answer and a test that is there', (t) => {
  t.ok(attacks.length > 45, `${attacks.length} rows`)
  for (const row of attacks) {
    const [, attack = '', answer = ''] = row.split('|').map((cell) => cell.trim())
    const tests = testsOf(row)
    t.ok(answer !== '' && tests.length > 0, attack)
    for (const path of tests) t.ok(path.endsWith('.test.ts') && existsSync(join(ROOT, path)), `${attack}: ${path}`)
  }
  t.end()
})
