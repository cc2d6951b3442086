// Phones that refresh, sign out and sign in again without a break, and keep book of what the server has acknowledged.
import { setTimeout as sleep } from 'node:timers/promises'
import { createCaller, type HttpCaller } from '../../bench/auth/http.ts'
import { BASIC, codeFlow, refreshOnce, UnexpectedAnswer } from '../../bench/auth/operations.ts'
import { signInAt } from '../../bench/auth/ours.ts'

/** Longer than any promise of the server about itself: a statement has 5 s, a silent connection 6 s. */
const PATIENCE_MILLIS = 8000
/** One in so many refreshes is followed by a sign-out. */
const REFRESHES_PER_LOGIN = 20

/** What phones have seen so far. */
export interface Tally {
  ok: number
  /** 503 with Retry-After: nothing was done. */
  refused: number
  /** No answer; whether it was done is not known. */
  unanswered: number
  /** What no promise allows. */
  readonly wrong: string[]
  /** Between two requests that went well, of all phones together. */
  longestGapMillis: number
  /** Of each refresh that went well. */
  readonly millis: number[]
}

/** Phones at work. */
export interface Phones {
  readonly tally: Tally
  /** Resolves when each phone has got something done since this was called. */
  allWorked(): Promise<void>
  /** Lets them end what they do, and looks at what was acknowledged: every login must still be there, and nothing that was ended. */
  stop(): Promise<void>
}

type Outcome<Result> = Readonly<{ result: Result }> | undefined

/** Signs so many phones in and sets them to work. */
export async function startPhones(origin: string, count: number): Promise<Phones> {
  const tally: Tally = { ok: 0, refused: 0, unanswered: 0, wrong: [], longestGapMillis: 0, millis: [] }
  const issued = new Map<string, string>()
  const worked = new Map<number, number>()
  let [stopped, lastOk] = [false, performance.now()]

  /** Does something once; undefined where it was refused for now, or not answered. */
  async function attempt<Result>(phone: number, work: () => Promise<Result>): Promise<Outcome<Result>> {
    try {
      const result = await work()
      const now = performance.now()
      tally.longestGapMillis = Math.max(tally.longestGapMillis, now - lastOk)
      lastOk = now
      tally.ok += 1
      worked.set(phone, now)
      return { result }
    } catch (error) {
      if (!(error instanceof UnexpectedAnswer)) tally.unanswered += 1
      else if (error.answer.status === 503 && error.answer.headers['retry-after'] !== undefined) tally.refused += 1
      else tally.wrong.push(error.message)
      return undefined
    }
  }

  /** The same until it is done, or something is wrong. */
  async function insist<Result>(phone: number, work: () => Promise<Result>): Promise<Outcome<Result>> {
    for (;;) {
      const wrong = tally.wrong.length
      const done = await attempt(phone, work)
      if (done || tally.wrong.length > wrong) return done
      await sleep(50)
    }
  }

  async function use(phone: number, caller: HttpCaller): Promise<() => Promise<void>> {
    const ended: string[] = []
    let held = (await codeFlow(caller)).refresh_token
    let uses = phone
    const work = (async () => {
      while (!stopped) {
        const spent = held
        const start = performance.now()
        const next = await insist(phone, () => refreshOnce(caller, spent))
        if (!next) return
        tally.millis.push(performance.now() - start)
        held = next.result.refresh_token
        const from = issued.get(held)
        if (from !== undefined && from !== spent) tally.wrong.push('a refresh token was issued twice')
        issued.set(held, spent)
        uses += 1
        if (uses % REFRESHES_PER_LOGIN > 0) continue
        const login = held
        if (!(await insist(phone, () => revoke(caller, login)))) return
        ended.push(login)
        const begun = await insist(phone, () => codeFlow(caller))
        if (!begun) return
        held = begun.result.refresh_token
      }
    })()
    return async () => {
      await work
      await insist(phone, () => refreshOnce(caller, held))
      for (const token of ended) await requireEnded(caller, token)
      caller.close()
    }
  }

  async function requireEnded(caller: HttpCaller, token: string): Promise<void> {
    const { status } = await caller.post('/token', { grant_type: 'refresh_token', refresh_token: token }, BASIC)
    if (status !== 400) tally.wrong.push(`what was signed out is answered by ${status}`)
  }

  const ends: (() => Promise<void>)[] = []
  for (let phone = 0; phone < count; phone += 1) {
    const caller = createCaller(origin, PATIENCE_MILLIS)
    await signInAt(origin, caller)
    ends.push(await use(phone, caller))
  }
  return {
    tally,
    async allWorked() {
      const since = performance.now()
      while (
        tally.wrong.length === 0 &&
        Array.from({ length: count }, (_, phone) => worked.get(phone) ?? 0).some((at) => at < since)
      )
        await sleep(10)
    },
    async stop() {
      stopped = true
      await Promise.all(ends.map((end) => end()))
    },
  }
}

async function revoke(caller: HttpCaller, token: string): Promise<void> {
  const answer = await caller.post('/revoke', { token }, BASIC)
  if (answer.status !== 200) throw new UnexpectedAnswer('revoke', answer)
}
