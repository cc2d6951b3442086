// Tells the backend of an API that a guest became part of an account, or that a `sub` has ended (RFC 8417, pushed by RFC 8935).
import { signJwt } from '../crypto/sign-jwt.ts'
import { postBody } from '../http/outbound/fetch.ts'
import { ForbiddenAddress } from '../http/outbound/guarded-request.ts'
import { findEventReceiver } from '../store/queries/api-events.ts'
import type { ApiEvent, OutboxEntry } from '../store/tables/outbox.ts'
import type { DeliveryOutcome, DeliveryTools } from './kind.ts'

const TIMEOUT_MILLIS = 5000
const ALG = 'ES256'

/** Of ours: nobody has one for it. */
export const MERGED_EVENT = 'urn:mobile-api-gateway:event:person-merged'
/** OpenID RISC Profile 1.0 §2.2 */
export const ENDED_EVENT = 'https://schemas.openid.net/secevent/risc/event-type/account-purged'

/** RFC 8935 §2.2 says 202; some frameworks say 200 or 204 for it. */
const ARRIVED = new Set([200, 202, 204])

/** Posts it to where the API wants it now; whatever is wrong there may be right tomorrow. */
export async function sendApiEvent(
  { db, keys, config }: DeliveryTools,
  { id, payload, now }: OutboxEntry<'api-event'>,
  signal?: AbortSignal,
): Promise<DeliveryOutcome> {
  const { apiId } = payload
  const receiver = await findEventReceiver(db, apiId)
  if (!receiver || receiver.uri === null) return { kind: 'dropped' }
  const body = await mintEvent(config.issuer, keys, payload, { jti: id, aud: receiver.resource, iat: now })
  const options = {
    timeoutMillis: TIMEOUT_MILLIS,
    allowLoopback: config.issuer.startsWith('http:'),
    trustedHosts: config.eventHosts,
    ...(signal && { signal }),
  }
  try {
    const status = await postBody(receiver.uri, { contentType: 'application/secevent+jwt', body }, options)
    if (ARRIVED.has(status)) return { kind: 'arrived' }
    return { kind: 'later', because: 'it was not taken', about: { apiId, status } }
  } catch (error) {
    const because =
      error instanceof ForbiddenAddress
        ? 'the address is not public; name its host in EVENT_HOSTS, if it is yours'
        : 'it did not arrive'
    return { kind: 'later', because, about: { apiId, err: error } }
  }
}

/** A security event token (RFC 8417 §2); `typ` and the lack of `sub` and `exp` keep it from passing for any other. */
function mintEvent(
  issuer: string,
  keys: DeliveryTools['keys'],
  event: ApiEvent,
  claims: Readonly<{ jti: string; aud: string; iat: number }>,
): Promise<string> {
  // RFC 9493 §3.2.4
  const subject = (sub: string) => ({ format: 'iss_sub', iss: issuer, sub })
  const events =
    event.event === 'merged' ? { [MERGED_EVENT]: { merged_into: subject(event.into) } } : { [ENDED_EVENT]: {} }
  return signJwt(keys.current(ALG), 'secevent+jwt', { iss: issuer, ...claims, sub_id: subject(event.subject), events })
}
