// What npm test prints at the end comes from tap's own count, and a log shows failures in full but little else.
import t from 'tap'
import { closingLines, failedFiles, readTotals, shortenTap } from '../../testing/tap-report.ts'

t.test('the closing line counts as tap does', async (t) => {
  const rows: [tap: string, line: string | undefined][] = [
    ['# { total: 5, pass: 1, fail: 2, todo: 1, skip: 1 }\n# time=1ms\n', '2 skipped\n1 passed, 2 failed'],
    ['# { total: 7, pass: 7 }\n', '7 passed, 0 failed'],
    ['# { total: 1, pass: 0, fail: 1 }', '0 passed, 1 failed'],
    ['    # { total: 1, pass: 1 }\n', undefined],
    ['TAP version 14\n', undefined],
  ]
  for (const [tap, line] of rows) {
    const totals = readTotals(tap)
    t.equal(totals && closingLines(totals), line, JSON.stringify(tap))
  }
})

t.test('a passed file is one line with what it skipped, a failed file keeps its diagnostics', async (t) => {
  const lines: string[] = []
  const show = shortenTap((line) => lines.push(line))
  const tap = [
    'TAP version 14',
    '# Subtest: a.test.ts',
    '    # Subtest: promise',
    '        ok 1 - fine',
    '        1..1',
    '    ok 1 - promise # time=2ms',
    '    ok 2 - in a browser # SKIP no Chromium',
    'ok 1 - a.test.ts # time=12.5ms',
    '# Subtest: b.test.ts',
    '    ok 1 - fine',
    '    not ok 2 - should be equal',
    '      ---',
    '      diff: |',
    'not ok 2 - b.test.ts # time=7.25ms',
    '# { total: 4, pass: 2, fail: 1, skip: 1 }',
  ]
  for (const line of tap) show(line)
  t.strictSame(failedFiles(tap.join('\n')), ['b.test.ts'])
  t.strictSame(lines, [
    '    ok 2 - in a browser # SKIP no Chromium',
    'ok   a.test.ts (12 ms)',
    '    not ok 2 - should be equal',
    '      ---',
    '      diff: |',
    'FAIL b.test.ts (7 ms)',
  ])
})
