// npm run bench -- timing: whether the time of an answer tells who has an account.
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { createAccount } from '@mobile-api-gateway/auth-server/identity/local-account.ts'
import { type Db, openDatabase } from '@mobile-api-gateway/auth-server/store/database.ts'
import { UsageError } from '@mobile-api-gateway/sdk/command-line.ts'
import { startPostgres } from '../stack/postgres.ts'
import { createCaller } from './auth/http.ts'
import { launcher, startOurs } from './auth/ours.ts'
import { countsFrom } from './options.ts'
import { interleaved, median } from './rounds.ts'
import { compareTimes, isToldApart } from './timing/compare.ts'
import { type AddressOwner, TIMED_QUESTIONS, type TimedQuestion, WHOSE } from './timing/questions.ts'

export const USAGE = `npm run bench -- timing [--rounds 300] [--only QUESTION]

Whether the time of an answer tells who has an account: wrong passwords, a forgotten password, a sign-up, and codes of
mails, one after the other, for an address that is unknown, known, or of a suspended account, forwards and backwards in
turn. Medians, their difference from the unknown one, and how likely an answer takes longer (0.50 tells nothing).
`

/** Runs the measurement and prints what it found. @throws {Error} when an answer was not what it should be */
export async function benchTiming(args: readonly string[], print: (line: string) => void): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { rounds: { type: 'string', default: '300' }, only: { type: 'string' } },
  })
  const rounds = countsFrom({ rounds: values.rounds })('rounds')
  const questions = TIMED_QUESTIONS.filter(({ name }) => values.only === undefined || name.startsWith(values.only))
  if (questions.length === 0)
    throw new UsageError(`--only is the beginning of one of: ${TIMED_QUESTIONS.map(({ name }) => name).join(', ')}.`)
  const [processor] = cpus()
  print(`${availableParallelism()} cores (${processor?.model ?? process.arch}), Node ${process.versions.node}`)
  print(`${rounds} requests of each kind and address, one at a time`)
  const { origin, db, stop } = await start()
  try {
    for (const question of questions) {
      // One of each, which warms up and is not counted.
      await measureTimes(question, 1, { origin, db })
      const times = await measureTimes(question, rounds, { origin, db })
      print('')
      for (const line of report(question.name, times)) print(line)
    }
  } finally {
    await stop()
  }
}

interface Timed {
  readonly origin: string
  readonly db: Db
}

async function start(): Promise<Timed & Readonly<{ stop: () => Promise<void> }>> {
  const undo: (() => Promise<unknown>)[] = []
  const stop = async (): Promise<void> => {
    for (const each of undo.splice(0).reverse()) await each()
  }
  try {
    const folder = await mkdtemp(join(tmpdir(), 'bench-timing-'))
    undo.push(() => rm(folder, { recursive: true, force: true }))
    const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), durable: true })
    undo.push(() => postgres.stop())
    const { origin, databaseUrl, passwordPepper } = await startOurs(postgres, launcher(undo), {
      DEVELOPMENT: 'true',
      MAIL_URL: pathToFileURL(join(folder, 'mail')).href,
      MAILS_PER_HOUR: '0',
      SIGN_IN_GUESSES_PER_HOUR: '0',
    })
    const db = openDatabase(databaseUrl, () => {}, { connections: 1 })
    undo.push(() => db.destroy())
    const suspended = await createAccount(db, passwordPepper, {
      email: WHOSE.suspended,
      password: 'a passphrase of old',
    })
    await db
      .updateTable('people')
      .set({ status: 'suspended' })
      .where('id', '=', suspended ?? '')
      .execute()
    return { origin, db, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Milliseconds of each answer, by whose address it was. */
export type Times = Readonly<Record<AddressOwner, readonly number[]>>

async function measureTimes({ prepare }: TimedQuestion, rounds: number, { origin, db }: Timed): Promise<Times> {
  const times: Record<AddressOwner, number[]> = { unknown: [], known: [], suspended: [] }
  const order: readonly AddressOwner[] = ['unknown', 'known', 'suspended']
  for (const whose of interleaved(order, rounds).flat()) {
    const caller = createCaller(origin)
    const ask = await prepare(caller, origin, WHOSE[whose])
    // However many are asked here, none is one too many.
    await db.deleteFrom('attempts').execute()
    const asked = performance.now()
    const { status } = await ask()
    times[whose].push(performance.now() - asked)
    caller.close()
    if (status !== 303 && status !== 422) throw new Error(`${whose}: ${status}`)
  }
  return times
}

/** A table of one question. */
export function report(question: string, times: Times): string[] {
  const rows = Object.entries(times).map(([whose, millis]) => {
    const { differenceMillis, longer, z } = compareTimes(millis, times.unknown)
    const compared =
      whose === 'unknown'
        ? ['', '', '', '']
        : [differenceMillis.toFixed(3), longer.toFixed(2), z.toFixed(1), isToldApart({ z })]
    return [whose, median(millis).toFixed(3), ...compared]
  })
  const all = [[question, 'median ms', 'difference ms', 'longer', 'z', ''], ...rows]
  return all.map(([name = '', ...cells]) =>
    [name.padEnd(20), ...cells.map((cell, column) => (column === 4 ? cell : cell.padStart(13)))].join('  ').trimEnd(),
  )
}
