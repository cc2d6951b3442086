// Tells a hook what has happened; it hears of it again until it says 2xx, at most for three days.
import { webhookHeaders } from '../../crypto/webhook.ts'
import { postBody } from '../../http/outbound/fetch.ts'
import type { OutboxEntry } from '../../store/tables/outbox.ts'
import type { DeliveryOutcome, DeliveryTools } from '../kind.ts'
import { outboundOptions } from './ask.ts'

const TIMEOUT_MILLIS = 10_000

export async function sendHook(
  { config, hooks }: DeliveryTools,
  { id, payload }: OutboxEntry<'hook'>,
  signal?: AbortSignal,
): Promise<DeliveryOutcome> {
  const { hook: name, event, at, personId, applicationId, apiId } = payload
  const hook = hooks.byName(name)
  // Another instance may have it: of a newer release, or with another file. `npm run hooks -- forget` ends it for all.
  if (!hook) return { kind: 'later', because: 'this instance has no such hook', about: { hook: name, event } }
  const body = JSON.stringify({
    event,
    at,
    ...(personId !== null && { sub: personId }),
    ...(applicationId !== null && { application: applicationId }),
    ...(apiId !== null && { api: apiId }),
  })
  const options = { ...outboundOptions(config), timeoutMillis: TIMEOUT_MILLIS, ...(signal && { signal }) }
  const about = { hook: name, event }
  try {
    const headers = webhookHeaders(hook.secrets, { id: `msg_${id}`, timestamp: Math.floor(Date.now() / 1000), body })
    const status = await postBody(hook.url, { contentType: 'application/json', body, headers }, options)
    if (status >= 200 && status < 300) return { kind: 'arrived' }
    return { kind: 'later', because: 'it was not taken', about: { ...about, status } }
  } catch (error) {
    return { kind: 'later', because: 'it did not arrive', about: { ...about, err: error } }
  }
}
