// How much longer a refresh takes while two hundred people sign in at once.
//
// Server, PostgreSQL and callers share this machine, so it is measured in such a way that the server is what is measured:
// - The crowd and the phones that refresh are processes of their own, so that a phone which is late is not one that waited
//   for its own process. The crowd's processor time comes last: two hundred phones would bring their own processors.
// - Phones refresh at a pace, not as fast as they can: otherwise the quiet value were that of a server at its limit.
// - Quiet and crowded phases alternate, so that what else the machine does falls on both.
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type FaultReport, percentile } from '../report.ts'
import type { CrowdReport } from './crowd.ts'
import type { PulseReport } from './pulse.ts'
import { startFaultSite } from './site.ts'

export const LOGINS_AT_ONCE = 'two hundred people sign in with their passwords at once, again and again'

const ROUNDS = 4
/** Of each phase; fifty phones refresh 2000 times in all that are quiet. */
const PHASE_MILLIS = 10_000
/** Not counted, after the start and after a crowd. */
const SETTLE_MILLIS = 2000
/** What a refresh in the hundredth that takes longest may take, as a multiple of what it takes otherwise. */
const SLOWS_AT_MOST = 3

export async function runCrowd(): Promise<FaultReport> {
  const site = await startFaultSite({})
  const children: ChildProcess[] = []
  async function start(file: string): Promise<ChildProcess> {
    // A session of its own: Linux shares processors out by sessions first.
    const child = fork(join(import.meta.dirname, file), [site.origin], { detached: true })
    children.push(child)
    await nextOf(child)
    return child
  }
  try {
    const pulse = await start('pulse.ts')
    const crowd = await start('crowd.ts')
    const wrong = new Set<string>()
    const take = async (into: number[]): Promise<void> => {
      const report: PulseReport = await ask(pulse, 'take')
      into.push(...report.millis)
      for (const each of report.wrong) wrong.add(each)
    }
    const [quiet, crowded]: [number[], number[]] = [[], []]
    const crowds: CrowdReport[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      await sleep(SETTLE_MILLIS)
      await take([])
      await sleep(PHASE_MILLIS)
      await take(quiet)
      const signingIn = ask<CrowdReport>(crowd, 'begin')
      await sleep(PHASE_MILLIS)
      crowd.send('end')
      crowds.push(await signingIn)
      await take(crowded)
    }
    for (const each of crowds.flatMap((report) => report.wrong)) wrong.add(each)
    for (const line of site.troubles.slice(0, 3)) wrong.add(line.slice(0, 2000))
    return judge(quiet, crowded, crowds, [...wrong])
  } finally {
    for (const child of children) if (child.connected) child.disconnect()
    await site.stop()
  }
}

function judge(
  quiet: readonly number[],
  crowded: readonly number[],
  crowds: readonly CrowdReport[],
  wrong: readonly string[],
): FaultReport {
  const sum = (of: (report: CrowdReport) => number): number => crowds.reduce((total, report) => total + of(report), 0)
  const signedIn = sum((report) => report.signedIn)
  const times = percentile(crowded, 0.99) / percentile(quiet, 0.99)
  const compared = [0.5, 0.95, 0.99].map(
    (part) => `p${part * 100} ${percentile(quiet, part).toFixed(0)} → ${percentile(crowded, part).toFixed(0)} ms`,
  )
  return {
    line: [
      `${signedIn} signed in (${(signedIn / sum((report) => report.seconds)).toFixed(1)}/s)`,
      `${sum((report) => report.toldToComeBack)} told to come back`,
      `a refresh, of ${quiet.length} and ${crowded.length}: ${compared.join(', ')} (${times.toFixed(1)} times)`,
    ].join('; '),
    broken: [
      ...wrong,
      ...(signedIn === 0 ? ['nobody was signed in'] : []),
      ...(times > SLOWS_AT_MOST ? [`a refresh took ${times.toFixed(1)} times as long (p99)`] : []),
    ],
  }
}

async function ask<Report>(child: ChildProcess, word: string): Promise<Report> {
  const answer = nextOf<Report>(child)
  child.send(word)
  return answer
}

/** @throws {Error} when the process ends instead */
async function nextOf<Message>(child: ChildProcess): Promise<Message> {
  const { promise, resolve, reject } = Promise.withResolvers<Message>()
  const said = (message: unknown): void => resolve(message as Message)
  const ended = (): void => reject(new Error(`${child.spawnargs[1]} has ended`))
  child.once('message', said).once('exit', ended)
  try {
    return await promise
  } finally {
    child.off('message', said).off('exit', ended)
  }
}
