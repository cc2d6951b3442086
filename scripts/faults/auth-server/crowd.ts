// A process of its own: two hundred people who sign in at once, again and again, while its parent says so.
import { writeFile } from 'node:fs/promises'
import { setPriority } from 'node:os'
import { createCaller } from '../../bench/auth/http.ts'
import { UnexpectedAnswer } from '../../bench/auth/operations.ts'
import { signInAt } from '../../bench/auth/ours.ts'

/** What became of the logins since the last report. */
export interface CrowdReport {
  readonly signedIn: number
  /** 503 or 429, with Retry-After. */
  readonly toldToComeBack: number
  readonly wrong: readonly string[]
  readonly seconds: number
}

const PEOPLE = 200
const [origin = ''] = process.argv.slice(2)

// Two hundred phones have processors of their own, so what this one uses comes after what the server does: as a process,
// and as a session where Linux weighs those.
setPriority(10)
await writeFile('/proc/self/autogroup', '10').catch(() => {})

let wanted = false

/** From an address of their own, so that the line is full, not one caller's share of it. @returns `in`, `told`, or what went wrong */
async function signIn(person: number): Promise<string> {
  const caller = createCaller(origin, 60_000, { 'x-forwarded-for': `198.18.${person >> 8}.${person & 255}` })
  try {
    await signInAt(origin, caller)
    return 'in'
  } catch (error) {
    if (!(error instanceof UnexpectedAnswer)) return String(error)
    const { status, headers } = error.answer
    return (status === 503 || status === 429) && headers['retry-after'] !== undefined ? 'told' : error.message
  } finally {
    caller.close()
  }
}

async function signInAgainAndAgain(): Promise<CrowdReport> {
  const began = performance.now()
  const outcomes: string[] = []
  while (wanted) {
    outcomes.push(...(await Promise.all(Array.from({ length: PEOPLE }, (_, person) => signIn(person)))))
  }
  return {
    signedIn: outcomes.filter((each) => each === 'in').length,
    toldToComeBack: outcomes.filter((each) => each === 'told').length,
    wrong: [...new Set(outcomes.filter((each) => each !== 'in' && each !== 'told'))],
    seconds: (performance.now() - began) / 1000,
  }
}

process.on('message', (word) => {
  wanted = word === 'begin'
  if (wanted) void signInAgainAndAgain().then((report) => process.send?.(report))
})
process.on('disconnect', () => process.exit())
process.send?.('ready')
