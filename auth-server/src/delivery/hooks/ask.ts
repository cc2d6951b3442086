// Asks a hook before something happens: signed, in bounded time, of bounded size, and never too many at once.
import { inSpan } from '@mobile-api-gateway/sdk/tracing/span.ts'
import type { Config } from '../../config.ts'
import { webhookHeaders } from '../../crypto/webhook.ts'
import { parseJsonObject } from '../../http/json.ts'
import { readBody, UnusableAnswer } from '../../http/outbound/fetch.ts'
import { guardedRequest } from '../../http/outbound/guarded-request.ts'
import type { Hook } from './hooks.ts'
import { openPlaces } from './places.ts'

const MAX_ANSWER_BYTES = 16 * 1024
/** Questions of one process to one hook that may be under way: one that hangs takes this many sockets, and no more. */
const AT_ONCE = 32

interface UnderWay {
  readonly inPlace: ReturnType<typeof openPlaces>
  /** By the id of the question. */
  readonly answers: Map<string, Promise<HookAnswer>>
}
const UNDER_WAY = new WeakMap<Hook, UnderWay>()

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
  /** Whom it is about: one question about a person is under way at a time, so that nobody takes all the places. */
  readonly person: string
  readonly data: Readonly<Record<string, unknown>>
}

/** Where hooks may be. They are the operator's own, so a trace goes on there. */
export function outboundOptions({ issuer, eventHosts }: Pick<Config, 'issuer' | 'eventHosts'>) {
  return { allowLoopback: issuer.startsWith('http:'), trustedHosts: eventHosts, continuesTrace: true }
}

/**
 * Asks once there is a place, for which it waits as long as the hook may take to answer. Whoever asks the same while it is
 * under way gets the same answer.
 * @throws {NoPlace} when it was not asked. @throws {Error} when there is no answer in time, or none that can be understood.
 */
export function askHook(
  config: Pick<Config, 'issuer' | 'eventHosts'>,
  hook: Hook,
  question: HookQuestion,
): Promise<HookAnswer> {
  const { inPlace, answers } = underWayAt(hook)
  const known = answers.get(question.id)
  if (known) return known
  const facts = () => ({ 'mobile_gateway.hook': hook.name })
  const asked = inPlace(question.person, hook.timeoutMillis, () =>
    inSpan('ask a hook', { kind: 'client', facts }, () => send(config, hook, question)),
  ).finally(() => answers.delete(question.id))
  answers.set(question.id, asked)
  return asked
}

function underWayAt(hook: Hook): UnderWay {
  const known = UNDER_WAY.get(hook)
  if (known) return known
  const fresh = { inPlace: openPlaces(AT_ONCE), answers: new Map<string, Promise<HookAnswer>>() }
  UNDER_WAY.set(hook, fresh)
  return fresh
}

async function send(
  config: Pick<Config, 'issuer' | 'eventHosts'>,
  hook: Hook,
  { id, event, data }: HookQuestion,
): Promise<HookAnswer> {
  const timestamp = Math.floor(Date.now() / 1000)
  const body = JSON.stringify({ ...data, event, at: new Date(timestamp * 1000).toISOString() })
  const headers = {
    ...webhookHeaders(hook.secrets, { id, timestamp, body }),
    accept: 'application/json',
    'accept-encoding': 'identity',
  }
  const options = { ...outboundOptions(config), timeoutMillis: hook.timeoutMillis }
  return guardedRequest(hook.url, { method: 'POST', headers, body }, options, async (response) => {
    // RFC 9110 §15.3.5: nothing to say. A redirect is no answer.
    if (response.statusCode === 204) return { verdict: 'allow', claims: {} }
    if (response.statusCode !== 200) throw new UnusableAnswer(`the answer has status ${response.statusCode}`)
    return readAnswer(await readBody(response, MAX_ANSWER_BYTES))
  })
}

function readAnswer(bytes: Buffer): HookAnswer {
  const { verdict, message, claims = {} } = parseJsonObject(bytes)
  if (verdict === 'allow') return { verdict, claims }
  if (verdict !== 'refuse') throw new UnusableAnswer('the answer has no verdict: allow or refuse')
  if (typeof message === 'string') return { verdict, message }
  return { verdict, message: typeof message === 'object' && message !== null ? { ...message } : undefined }
}
