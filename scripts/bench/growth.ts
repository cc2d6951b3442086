// npm run bench -- growth: whether the authorization server is as quick with a million people as with a thousand.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { UsageError } from '@mobile-api-gateway/sdk/command-line.ts'
import { startPostgres } from '../stack/postgres.ts'
import { measureMedian } from './auth/measure.ts'
import { launcher } from './auth/ours.ts'
import { cleanUp } from './growth/cleanup.ts'
import { APPLICATIONS, addObsolete } from './growth/fill.ts'
import { operationsOf } from './growth/operations.ts'
import { idleMemory, idleMemoryOfGateway, startUp } from './growth/processes.ts'
import { BOUNDS, reportMemory, reportOperation, target } from './growth/report.ts'
import { type GrownWorld, growWorld } from './growth/world.ts'
import { countsFrom } from './options.ts'
import { interleaved, median } from './rounds.ts'

export const USAGE = `npm run bench -- growth [--people 1000000] [--families 5000000] [--expired 250000] [--rounds 9]
                         [--seconds 2] [--callers 4] [--starts 5] [--idle 10]

The same four operations as of auth, on a server with 1000 people and 5000 logins and on one with so many, each time
for somebody else, in short rounds in turn: medians of latency and their ratio, and whether it is within bounds. How
long each takes to start, what idle processes keep in memory, and how so many obsolete rows of two tables are removed.
The large database takes 5 GB in the folder for temporary files, and minutes to fill.
`

/** A quarter of the large database, as of a machine that holds all of it in memory. */
const SHARED_BUFFERS = '1GB'

const SMALL = { people: 1000, families: 5000 } as const

type Count = 'people' | 'families' | 'expired' | 'rounds' | 'seconds' | 'callers' | 'starts' | 'idle'
type Options = Readonly<Record<Count, number>>

/** Runs the benchmark and prints what it found. @throws {Error} when an answer was not what it should be */
export async function benchGrowth(args: readonly string[], print: (line: string) => void): Promise<void> {
  const options = readOptions(args)
  const [processor] = cpus()
  print(`${availableParallelism()} cores (${processor?.model ?? process.arch}), Node ${process.versions.node}`)
  const undo: (() => Promise<unknown>)[] = []
  try {
    const folder = await mkdtemp(join(tmpdir(), 'bench-growth-'))
    undo.push(() => rm(folder, { recursive: true, force: true }))
    const postgres = await startPostgres({
      dataDir: join(folder, 'postgres'),
      durable: false,
      sharedBuffers: SHARED_BUFFERS,
    })
    undo.push(() => postgres.stop())
    const on = { postgres, launch: launcher(undo), print }
    const worlds = [await growWorld(on, 'small', SMALL), await growWorld(on, 'large', options)] as const
    await settle()
    print('')
    await compare(worlds, options, print)
    for (const world of worlds) for (const line of await reportProcess(world, options)) print(line)
    for (const [name, megabytes] of Object.entries(await idleMemoryOfGateway(options.idle)))
      print(reportMemory(name, megabytes))
    for (const line of await reportCleanup(worlds[1], options.expired)) print(line)
  } finally {
    for (const each of undo.reverse()) await each()
  }
}

/** What filling has left to be written goes to the disk first, where the system can be asked for that. */
async function settle(): Promise<void> {
  await promisify(execFile)('sync').catch(() => {})
}

async function compare(
  worlds: readonly [GrownWorld, GrownWorld],
  options: Options,
  print: (line: string) => void,
): Promise<void> {
  const operations = worlds.map((world) => operationsOf(world))
  print(`${'median ms'.padEnd(26)}${'small'.padStart(8)}${'large'.padStart(8)}${'ratio'.padStart(8)}`)
  for (const [index, { name }] of (operations[0] ?? []).entries()) {
    const found: [number[], number[]] = [[], []]
    const once = async (which: 0 | 1, seconds: number): Promise<number> => {
      const operation = operations[which]?.[index]
      if (!operation) throw new Error(name)
      return measureMedian(worlds[which], operation, { callers: options.callers, seconds })
    }
    // One more of each, of a second, which warms both up and is not counted.
    for (const which of [0, 1] as const) await once(which, 1)
    for (const which of interleaved([0, 1] as const, options.rounds).flat())
      found[which].push(await once(which, options.seconds))
    print(reportOperation(name, found))
  }
}

async function reportProcess({ database, process }: GrownWorld, { starts, idle }: Options): Promise<string[]> {
  const afterLoad = await idleMemory(process, idle)
  const times: number[] = []
  for (let count = 0; count < starts; count++) times.push(await startUp(process))
  const millis = median(times)
  const holds = millis < BOUNDS.startMillis
  return [
    `start of the auth server, ${database}: ${millis.toFixed(0)} ms, ${target('below', BOUNDS.startMillis, holds)}`,
    reportMemory(`auth server after its start, ${database}`, await idleMemory(process, idle)),
    reportMemory(`auth server after the load, ${database}`, afterLoad, BOUNDS.usedMegabytes),
  ]
}

async function reportCleanup({ databaseUrl, size, process }: GrownWorld, expired: number): Promise<string[]> {
  // Its own jobs would be quicker.
  await process.stop()
  await addObsolete(databaseUrl, size, expired)
  const lines: string[] = []
  for (const which of ['indexed', 'scanned'] as const) {
    const { removed, runs, statements, longestMillis, seconds } = await cleanUp(databaseUrl, which)
    const rows = Object.entries(removed).map(([table, count]) => `${count} of ${table}`)
    const holds = longestMillis < BOUNDS.statementMillis
    lines.push(
      `cleanup, ${which}: ${rows.join(', ')} in ${runs} runs, ${statements} statements and ${seconds.toFixed(0)} s; ` +
        `the longest took ${longestMillis.toFixed(0)} ms, ${target('below', BOUNDS.statementMillis, holds)}`,
    )
  }
  return lines
}

/** @throws {UsageError} when an option makes no sense */
function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      people: { type: 'string', default: '1000000' },
      families: { type: 'string', default: '5000000' },
      expired: { type: 'string', default: '250000' },
      rounds: { type: 'string', default: '9' },
      seconds: { type: 'string', default: '2' },
      callers: { type: 'string', default: '4' },
      starts: { type: 'string', default: '5' },
      idle: { type: 'string', default: '10' },
    },
  })
  const count = countsFrom(values)
  if (count('families') < 2 * APPLICATIONS * count('callers'))
    throw new UsageError(`--families must be at least ${2 * APPLICATIONS} times as many as --callers.`)
  return {
    people: count('people'),
    families: count('families'),
    expired: count('expired'),
    rounds: count('rounds'),
    seconds: count('seconds'),
    callers: count('callers'),
    starts: count('starts'),
    idle: count('idle'),
  }
}
