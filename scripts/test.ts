// npm test: one PostgreSQL for the whole run, then tap, then one line that says how many passed.
import { spawn } from 'node:child_process'
import { existsSync, globSync, statfsSync, statSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { runCommand } from '@mobile-api-gateway/sdk/command-line.ts'
import { COMPILE_CACHE } from '@mobile-api-gateway/sdk/compile-cache.ts'
import { startPostgres } from './stack/postgres.ts'
import { OPTIONAL_PARTS } from './testing/optional-parts.ts'
import { closingLines, failedFiles, readTotals, shortenTap, type Totals } from './testing/tap-report.ts'

const root = join(import.meta.dirname, '..')
const tapProgram = join(root, 'node_modules', 'tap', 'dist', 'esm', 'run.mjs')
/** Time for one test file. tap's own 30 s are short where starting Kong or Chromium shares two cores with all else. */
const FILE_TIMEOUT_SECONDS = 120
/**
 * tap notes which process loaded which module, for `tap --changed` and for coverage, which we do not use: it reads each
 * file twice and parses source maps, in the tests and in every process that they start.
 */
const NO_NOTES = '--test-env=_TAPJS_PROCESSINFO_EXCLUDE_=/./'
/** One more than there are processors: a file waits for its database, a browser or a clock a third of its time. */
const FILES_AT_ONCE = availableParallelism() + 1
/** Linux's; the databases of a run take some hundred megabytes at a time. */
const SHARED_MEMORY = '/dev/shm'
const ROOM_BYTES = 4 * 1024 ** 3
/** More than these is no bad luck of one moment. */
const MOST_FILES_AGAIN = 3
const SIGNAL_EXIT_CODES: Partial<Record<NodeJS.Signals, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }

const USAGE = `Usage: npm test -- [options] [file or folder]…

Runs every test, or those that are named, on a PostgreSQL of its own, and closes with \`N passed, N failed\`.

  --grep, -g PATTERN  only tests whose name matches      --bail, -b         stop at the first failure
  --only, -o          only tests marked t.only           --jobs, -j N       so many files at once (${FILES_AT_ONCE})
  --timeout, -t N     seconds for one file (${FILE_TIMEOUT_SECONDS})        --reporter, -R     another of tap's reporters
  --again             whole files that failed, up to three, once more at the end, alone; says which passed then
  --help              this text

Environment:
  TEST_DATABASE_URL   an existing PostgreSQL (a superuser's), instead of one made for this run
  CI=true             fail instead of skipping where Chromium, Redis, PgBouncer or slapd is missing
`
/** What tap gets as it is. */
const OPTIONS = {
  grep: { type: 'string', short: 'g', multiple: true },
  bail: { type: 'boolean', short: 'b' },
  only: { type: 'boolean', short: 'o' },
  jobs: { type: 'string', short: 'j' },
  timeout: { type: 'string', short: 't' },
  reporter: { type: 'string', short: 'R' },
} as const
const args = process.argv.slice(2)

await runCommand({ usage: USAGE, options: { ...OPTIONS, again: { type: 'boolean' } }, allowPositionals: true }, () =>
  main(
    args.filter((arg) => arg !== '--again'),
    args.includes('--again'),
  ),
)

async function main(args: readonly string[], again: boolean): Promise<number> {
  const wholeRun = !args.some((arg) => !arg.startsWith('-'))
  if (wholeRun && !reportOptionalParts()) return 1
  const folder = await mkdtemp(join(inMemory() ?? tmpdir(), 'mobile-gateway-test-'))
  try {
    const given = process.env.TEST_DATABASE_URL
    if (given !== undefined && given !== '') return await runAll(args, again, { folder, databaseUrl: given })
    const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), durable: false })
    try {
      return await runAll(args, again, { folder, databaseUrl: postgres.url })
    } finally {
      await postgres.stop()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** A folder that is held in memory, if there is one with room: a thousand databases are made and dropped in a run. */
function inMemory(): string | undefined {
  const room = existsSync(SHARED_MEMORY) ? statfsSync(SHARED_MEMORY) : undefined
  return room !== undefined && room.bavail * room.bsize >= ROOM_BYTES ? SHARED_MEMORY : undefined
}

/** Says what is missing and what that leaves out; false when this run may not go without it. */
function reportOptionalParts(): boolean {
  const missing = OPTIONAL_PARTS.filter((part) => part.find() === undefined)
  const fatal = process.env.CI === 'true' ? missing.filter((part) => part.requiredInCi) : []
  for (const part of missing) {
    const consequence = fatal.includes(part) ? 'is missing, and CI=true asks for every test' : 'is missing, skipped:'
    console.log(`${part.name} ${consequence}${fatal.includes(part) ? '' : ` ${part.skipped}`}`)
    console.log(`  to install it: ${part.install}`)
  }
  return fatal.length === 0
}

/** tap takes files only, so a folder stands for the tests in it. */
function filesOf(arg: string): string[] {
  if (arg.startsWith('-') || !statSync(join(root, arg), { throwIfNoEntry: false })?.isDirectory()) return [arg]
  return globSync('**/*.test.ts', { cwd: join(root, arg), exclude: ['**/node_modules/**'] }).map((file) =>
    join(arg, file),
  )
}

interface Surroundings {
  readonly folder: string
  readonly databaseUrl: string
}

interface TapRun {
  readonly code: number
  /** Undefined where it did not come to an end. */
  readonly totals: Totals | undefined
  readonly failed: readonly string[]
}

/** Prints the closing line; returns the exit code. */
async function runAll(args: readonly string[], again: boolean, surroundings: Surroundings): Promise<number> {
  const run = await runTap(args, surroundings)
  const { code, totals, failed } = run
  if (totals === undefined) {
    console.error('the tests did not come to an end')
    return code === 0 ? 1 : code
  }
  if (code !== 1 || !again || failed.length === 0 || failed.length > MOST_FILES_AGAIN) {
    console.log(closingLines(totals))
    return code
  }
  console.log(`once more, alone: ${failed.join(', ')}`)
  const options = args.filter((arg) => arg.startsWith('-'))
  const second = await runTap([...options, ...failed], surroundings)
  const isUnsteady = second.code === 0 && second.totals !== undefined
  if (isUnsteady) console.log(`failed once and passed alone, so look at it: ${failed.join(', ')}`)
  console.log(closingLines(isUnsteady ? { ...totals, passed: totals.passed + totals.failed, failed: 0 } : totals))
  return isUnsteady ? 0 : code
}

/** Runs tap to its end, with our arguments passed on. */
async function runTap(args: readonly string[], { folder, databaseUrl }: Surroundings): Promise<TapRun> {
  // tap's own display redraws itself, which only a terminal can show; elsewhere we shorten the raw stream
  const live = process.stdout.isTTY === true || args.some((arg) => /^(-R|--reporter)/.test(arg))
  const outputFile = join(folder, 'output.tap')
  const reporting = live ? [`--output-file=${outputFile}`] : ['--reporter=tap', '--no-color']
  const child = spawn(
    process.execPath,
    [
      tapProgram,
      'run',
      NO_NOTES,
      `--timeout=${FILE_TIMEOUT_SECONDS}`,
      `--jobs=${FILES_AT_ONCE}`,
      ...reporting,
      ...args.flatMap(filesOf),
    ],
    {
      cwd: root,
      env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...process.env, TEST_DATABASE_URL: databaseUrl },
      stdio: ['inherit', live ? 'inherit' : 'pipe', 'inherit'],
    },
  )
  let output = ''
  if (child.stdout !== null) {
    const show = shortenTap((line) => console.log(line))
    createInterface({ input: child.stdout }).on('line', (line) => {
      output += `${line}\n`
      show(line)
    })
  }
  // a terminal sends Ctrl-C to tap as well; we only have to outlive it
  const passOn = (signal: NodeJS.Signals): boolean => child.kill(signal)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, passOn)

  const code = await new Promise<number>((done, fail) => {
    child.once('error', fail)
    child.once('close', (status, signal) => done(status ?? (signal === null ? 1 : (SIGNAL_EXIT_CODES[signal] ?? 1))))
  })
  if (live) output = await readFile(outputFile, 'utf8').catch(() => '')
  return { code, totals: readTotals(output), failed: failedFiles(output) }
}
