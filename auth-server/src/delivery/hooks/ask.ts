// Asks a hook before something happens: signed, in bounded time, of bounded size, and never too many at once.
import type { Config } from '../../config.ts'
import { webhookHeaders } from '../../crypto/webhook.ts'
import { parseJsonObject } from '../../http/json.ts'
import { readBody, UnusableAnswer } from '../../http/outbound/fetch.ts'
import { guardedRequest } from '../../http/outbound/guarded-request.ts'
import type { Hook } from './hooks.ts'

const MAX_ANSWER_BYTES = 16 * 1024
/** Questions of one process to one hook that may be under way: one that hangs takes this many sockets, and no more. */
const AT_ONCE = 32
const UNDER_WAY = new Map<string, number>()

/** Text, or texts by language. */
export type HookMessage = string | Readonly<Record<string, unknown>>

/** What a hook answered. */
export type HookAnswer =
  | Readonly<{ verdict: 'allow'; claims: unknown }>
  | Readonly<{ verdict: 'refuse'; message: HookMessage | undefined }>

export interface HookQuestion {
  /** `webhook-id`: the same when the same is asked again. */
  readonly id: string
  readonly event: string
  readonly data: Readonly<Record<string, unknown>>
}

/** Where hooks may be. */
export function outboundOptions({ issuer, eventHosts }: Pick<Config, 'issuer' | 'eventHosts'>) {
  return { allowLoopback: issuer.startsWith('http:'), trustedHosts: eventHosts }
}

/** @throws {Error} when there is no answer in time, or none that can be understood. */
export async function askHook(
  config: Pick<Config, 'issuer' | 'eventHosts'>,
  hook: Hook,
  { id, event, data }: HookQuestion,
): Promise<HookAnswer> {
  const busy = UNDER_WAY.get(hook.name) ?? 0
  if (busy >= AT_ONCE) throw new Error(`${AT_ONCE} questions to it are under way`)
  UNDER_WAY.set(hook.name, busy + 1)
  try {
    const timestamp = Math.floor(Date.now() / 1000)
    const body = JSON.stringify({ event, ...data, at: new Date(timestamp * 1000).toISOString() })
    const headers = {
      ...webhookHeaders(hook.secrets, { id, timestamp, body }),
      accept: 'application/json',
      'accept-encoding': 'identity',
    }
    const options = { ...outboundOptions(config), timeoutMillis: hook.timeoutMillis }
    return await guardedRequest(hook.url, { method: 'POST', headers, body }, options, async (response) => {
      // RFC 9110 §15.3.5: nothing to say. A redirect is no answer.
      if (response.statusCode === 204) return { verdict: 'allow', claims: {} }
      if (response.statusCode !== 200) throw new UnusableAnswer(`the answer has status ${response.statusCode}`)
      return readAnswer(await readBody(response, MAX_ANSWER_BYTES))
    })
  } finally {
    UNDER_WAY.set(hook.name, (UNDER_WAY.get(hook.name) ?? 1) - 1)
  }
}

function readAnswer(bytes: Buffer): HookAnswer {
  const { verdict, message, claims = {} } = parseJsonObject(bytes)
  if (verdict === 'allow') return { verdict, claims }
  if (verdict !== 'refuse') throw new UnusableAnswer('the answer has no verdict: allow or refuse')
  if (typeof message === 'string') return { verdict, message }
  return { verdict, message: typeof message === 'object' && message !== null ? { ...message } : undefined }
}
