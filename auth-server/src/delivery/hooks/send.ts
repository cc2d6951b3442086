// Tells a hook what has happened; it hears of it again until it says 2xx, at most for three days.
import { webhookHeaders } from '../../crypto/webhook.ts'
import { postBody } from '../../http/outbound/fetch.ts'
import type { OutboxEntry } from '../../store/tables/outbox.ts'
import type { DeliveryOutcome, DeliveryTools } from '../kind.ts'
import { outboundOptions } from './ask.ts'
import { wordsOf } from './calls.ts'
import type { Hook } from './hooks.ts'

const TIMEOUT_MILLIS = 10_000

export async function sendHook(
  { db, config, hooks, answersOf }: DeliveryTools,
  { id, payload }: OutboxEntry<'hook'>,
  signal?: AbortSignal,
): Promise<DeliveryOutcome> {
  const { hook: name, event, at, personId, applicationId, clientId = null, apiId } = payload
  const hook = hooks.byName(name)
  // Another instance may have it: of a newer release, or with another file. `npm run hooks -- forget` ends it for all.
  if (!hook) {
    const because = 'this instance has no such hook'
    const answer = 'not asked: it is not in the catalogue file of the instance that tried'
    return { kind: 'later', because, answer, about: { hook: name, event } }
  }
  // As they are now: the row that waits holds none, so what was deleted meanwhile is told to nobody.
  const answers =
    hook.withAnswers && event === 'registration.answered' && personId !== null && apiId !== null
      ? await answersOf(db, { personId, apiId })
      : undefined
  const body = JSON.stringify({
    event,
    at,
    ...(personId !== null && { sub: personId }),
    ...(applicationId !== null && { application: applicationId }),
    ...(clientId !== null && { client_id: clientId }),
    ...(apiId !== null && { api: apiId }),
    ...(answers && { answers }),
  })
  const { status, problem } = await callHook(config, hook, { id: `msg_${id}`, body, ...(signal && { signal }) })
  if (problem === undefined) {
    hooks.calls.answered(name, event)
    return { kind: 'arrived' }
  }
  // The server stops: nobody knows what the hook would have said.
  if (signal?.aborted) return { kind: 'later', because: 'it was cut short', about: { hook: name, event } }
  hooks.calls.failed(name, event, problem)
  const about = { hook: name, event, ...(status === null ? { because: problem } : { status }) }
  return { kind: 'later', because: status === null ? 'it did not arrive' : 'it was not taken', about, answer: problem }
}

/** What came of a call that a hook has only to take. */
export interface HookTaken {
  /** Null where there was no answer. */
  readonly status: number | null
  /** Why it does not count as taken. */
  readonly problem: string | undefined
}

/** Calls a hook that has only to say 2xx. */
export async function callHook(
  config: DeliveryTools['config'],
  hook: Hook,
  { id, body, signal }: Readonly<{ id: string; body: string; signal?: AbortSignal }>,
): Promise<HookTaken> {
  const options = { ...outboundOptions(config), timeoutMillis: TIMEOUT_MILLIS, ...(signal && { signal }) }
  try {
    const headers = webhookHeaders(hook.secrets, { id, timestamp: Math.floor(Date.now() / 1000), body })
    const status = await postBody(hook.url, { contentType: 'application/json', body, headers }, options)
    return { status, problem: status >= 200 && status < 300 ? undefined : `status ${status}` }
  } catch (error) {
    return { status: null, problem: wordsOf(error, TIMEOUT_MILLIS) }
  }
}
