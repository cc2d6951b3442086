// A process of its own: fifty phones of which each refreshes once a second, and how long that took each time.
import { setTimeout as sleep } from 'node:timers/promises'
import { createCaller } from '../../bench/auth/http.ts'
import { codeFlow, refreshOnce } from '../../bench/auth/operations.ts'
import { signInAt } from '../../bench/auth/ours.ts'

/** What they saw since the last report. */
export interface PulseReport {
  /** Of each refresh, from when its phone wanted it. */
  readonly millis: readonly number[]
  readonly wrong: readonly string[]
}

const PHONES = 50
const PACE_MILLIS = 1000
const [origin = ''] = process.argv.slice(2)

const MILLIS: number[] = []
const WRONG: string[] = []

/** A phone whose refresh took longer than the pace wants the next one at once. */
async function refreshForEver(first: string, start: number): Promise<void> {
  const caller = createCaller(origin, 60_000)
  let token = first
  for (let due = start; ; due = Math.max(due + PACE_MILLIS, performance.now())) {
    await sleep(Math.max(0, due - performance.now()))
    token = (await refreshOnce(caller, token)).refresh_token
    MILLIS.push(performance.now() - due)
  }
}

/** A login for each phone, of one person. */
async function signInPhones(): Promise<string[]> {
  const person = createCaller(origin)
  await signInAt(origin, person)
  const tokens: string[] = []
  for (let phone = 0; phone < PHONES; phone += 1) tokens.push((await codeFlow(person)).refresh_token)
  person.close()
  return tokens
}

for (const [phone, token] of (await signInPhones()).entries())
  refreshForEver(token, performance.now() + (phone * PACE_MILLIS) / PHONES).catch((error: Error) =>
    WRONG.push(error.message),
  )

process.on('message', () => process.send?.({ millis: MILLIS.splice(0), wrong: WRONG.splice(0) }))
process.on('disconnect', () => process.exit())
process.send?.('ready')
