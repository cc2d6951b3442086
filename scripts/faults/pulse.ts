// A process of its own: fifty phones of which each refreshes once a second, and how long that took each time.
import { setTimeout as sleep } from 'node:timers/promises'
import { createCaller } from '../bench/auth/http.ts'
import { codeFlow, refreshOnce } from '../bench/auth/operations.ts'
import { signInAt } from '../bench/auth/ours.ts'

/** What they saw since the last report. */
export interface PulseReport {
  /** Of each refresh, from when its phone wanted it. */
  readonly millis: readonly number[]
  readonly wrong: readonly string[]
}

const PHONES = 50
const PACE_MILLIS = 1000
const [origin = ''] = process.argv.slice(2)

const millis: number[] = []
const wrong: string[] = []

/** A phone whose refresh took longer than the pace wants the next one at once. */
async function refreshForEver(first: string, start: number): Promise<void> {
  const caller = createCaller(origin, 60_000)
  let token = first
  for (let due = start; ; due = Math.max(due + PACE_MILLIS, performance.now())) {
    await sleep(Math.max(0, due - performance.now()))
    token = (await refreshOnce(caller, token)).refresh_token
    millis.push(performance.now() - due)
  }
}

const person = createCaller(origin)
await signInAt(origin, person)
const tokens: string[] = []
for (let phone = 0; phone < PHONES; phone += 1) tokens.push((await codeFlow(person)).refresh_token)
person.close()
const start = performance.now()
for (const [phone, token] of tokens.entries())
  refreshForEver(token, start + (phone * PACE_MILLIS) / PHONES).catch((error: Error) => wrong.push(error.message))

process.on('message', () => process.send?.({ millis: millis.splice(0), wrong: wrong.splice(0) }))
process.on('disconnect', () => process.exit())
process.send?.('ready')
