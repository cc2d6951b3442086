// Reading TAP: the totals that tap prints at the end, and a short form of the stream for logs that are not terminals.

/** What tap counts; each is a number of assertions. */
export interface Totals {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

const ENDED = /^(?<failed>not )?ok \d+ - (?<name>.*?)(?: # time=(?<time>\d+)[\d.]*ms)?$/
const TOTALS_COMMENT = /^# \{ total: \d+(?<counts>(?:, \w+: \d+)*) \}/gm

/** The totals of a whole run, from tap's own comment `# { total, pass, fail, … }`; undefined when it never came. */
export function readTotals(tap: string): Totals | undefined {
  const counts = [...tap.matchAll(TOTALS_COMMENT)].at(-1)?.groups?.counts
  if (counts === undefined) return undefined
  const count = (name: string): number => Number(new RegExp(`, ${name}: (\\d+)`).exec(counts)?.[1] ?? 0)
  return { passed: count('pass'), failed: count('fail'), skipped: count('skip') + count('todo') }
}

/** The test files that failed, in the order of their ends. */
export function failedFiles(tap: string): readonly string[] {
  const names = tap.split('\n').map((line) => ENDED.exec(line)?.groups)
  return names.flatMap((ended) => (ended?.failed !== undefined && ended.name !== undefined ? [ended.name] : []))
}

/** The end of a run: `3 skipped`, where something was left out, and as last line `12 passed, 0 failed`. */
export function closingLines({ passed, failed, skipped }: Totals): string {
  return `${skipped > 0 ? `${skipped} skipped\n` : ''}${passed} passed, ${failed} failed`
}

const PASSED_WITHIN = /^\s+(ok \d+ (?!.*# (SKIP|TODO))|\d+\.\.\d+$|# (time=|Subtest: ))/

/**
 * Shortens a TAP stream line by line: one line for a test file that passed, with what it skipped; a file that failed
 * keeps everything but its passed assertions.
 */
export function shortenTap(write: (line: string) => void): (line: string) => void {
  let within: string[] = []
  return (line) => {
    if (/^\s/.test(line)) {
      if (line.trim() !== '' && !PASSED_WITHIN.test(line)) within.push(line)
      return
    }
    const file = ENDED.exec(line)?.groups
    if (file !== undefined) {
      const kept = file.failed === undefined ? within.filter((each) => /# (SKIP|TODO)/.test(each)) : within
      for (const each of kept) write(each)
      write(`${file.failed === undefined ? 'ok  ' : 'FAIL'} ${file.name}${file.time ? ` (${file.time} ms)` : ''}`)
      within = []
    } else if (/^Bail out!/.test(line)) {
      write(line)
    }
  }
}
