// Phones that call the API through a gateway without a break, and others that must never get through, all the time.
import { setTimeout as sleep } from 'node:timers/promises'
import { decodeJwt } from 'jose'
import type { DemoSession } from '../../demo/login.ts'
import { waitUntil } from '../../stack/wait.ts'
import type { CallerKind, Entry } from './book.ts'
import { makeCall } from './calls.ts'
import { LIMIT } from './limits.ts'
import { type GatewaySite, OTHER_PERSON } from './site.ts'
import { FORGED, logIn, revoke, strangers } from './tokens.ts'

/** Between an answer and the next call. */
const PAUSE_MILLIS = { phone: 20, other: 50 }
const AT_ONCE = 8

/** CallingPhones at work. */
export interface CallingPhones {
  /** Their logins are good, so all of them work where everything does. */
  readonly honest: readonly CallerKind[]
  readonly limited: readonly CallerKind[]
  /** Whose login is ended while the fault is done. */
  readonly leaving: CallerKind
  /** Ends it, however often that has to be asked; resolves with when it was acknowledged. */
  endOne(): Promise<number>
  /** Resolves when each honest caller has been answered 200 since this was called. */
  allWorked(): Promise<void>
  stop(): Promise<void>
  /** Afterwards: calls until the limits are used up. */
  useUp(): Promise<void>
}

export async function startCallers({ stack, book, ways }: GatewaySite): Promise<CallingPhones> {
  const port = ways.client.port
  const kind = (what: string, path: string, { accessToken: token }: DemoSession, headers = {}): CallerKind => {
    return { what, path, token, subject: String(decodeJwt(token).sub), headers }
  }
  const [one, other, last, gone] = [
    await logIn(stack),
    await logIn(stack, OTHER_PERSON),
    await logIn(stack),
    await logIn(stack),
  ]
  const phones = [
    kind('a phone', '/mobile/echo', one),
    kind("another one's phone", '/mobile/echo', other),
    kind('a phone that says it is somebody else', '/mobile/echo', one, FORGED),
    kind("another one's second phone", '/mobile/echo', await logIn(stack, OTHER_PERSON)),
  ]
  const limited = [kind('a limited phone', '/limited', one), kind('one that is counted alone', '/alone', one)]
  const honest = [...phones, ...limited]
  const leaving = kind('a phone that leaves', '/mobile/echo', last)
  const left = kind('a phone that has left', '/mobile/echo', gone)
  await revoke(stack, gone)
  const refused = async (): Promise<boolean> => (await makeCall(book, port, left, 'GET')).status === 401
  if (!(await waitUntil(refused, { timeoutMillis: 10_000 }))) throw new Error('a sign-out has no effect')

  let stopped = false
  const worked = new Map<CallerKind, number>()
  const goOn = async (caller: CallerKind, pauseMillis: number, methods: readonly Entry['method'][]): Promise<void> => {
    for (let turn = 0; !stopped; turn += 1) {
      const entry = await makeCall(book, port, caller, methods[turn % methods.length] ?? 'GET')
      if (entry.status === 200) worked.set(caller, entry.began)
      await sleep(pauseMillis)
    }
  }
  const strange = await strangers(stack, one.accessToken, gone.accessToken)
  const work = [
    ...phones.map((each) => goOn(each, PAUSE_MILLIS.phone, ['GET', 'POST'])),
    ...[...limited, leaving].map((each) => goOn(each, PAUSE_MILLIS.other, ['GET'])),
    ...strange.map((each) => goOn(each, PAUSE_MILLIS.other, ['GET', 'POST'])),
  ]
  return {
    honest,
    limited,
    leaving,
    async endOne() {
      while (
        !(await revoke(stack, last).then(
          () => true,
          () => false,
        ))
      )
        await sleep(100)
      return performance.now()
    },
    async allWorked() {
      const since = performance.now()
      while (!stopped && honest.some((each) => (worked.get(each) ?? 0) < since)) await sleep(10)
    },
    async stop() {
      stopped = true
      await Promise.all(work)
    },
    async useUp() {
      for (const caller of limited) {
        for (let calls = 0; calls < 2 * LIMIT; calls += AT_ONCE) {
          const made = Array.from({ length: AT_ONCE }, () => makeCall(book, port, caller, 'GET'))
          if ((await Promise.all(made)).every(({ status }) => status === 429)) break
        }
      }
    },
  }
}
