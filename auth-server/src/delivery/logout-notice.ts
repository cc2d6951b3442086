// Tells a client that a session ended (OpenID Connect Back-Channel Logout §2.5).
import { postForm } from '../http/outbound/fetch.ts'
import { ForbiddenAddress } from '../http/outbound/guarded-request.ts'
import { findLogoutReceiver } from '../store/queries/logout-receiver.ts'
import type { OutboxEntry } from '../store/tables/outbox.ts'
import type { DeliveryOutcome, DeliveryTools } from './kind.ts'
import { mintLogoutToken } from './logout-token.ts'

const TIMEOUT_MILLIS = 5000

/** §2.8: 200 says yes; some frameworks say 204 for it. 400 says that the client will never take this token. */
const ARRIVED = new Set([200, 204])
const REFUSED = 400

/** Posts the notice to where the client wants it now. */
export async function sendLogoutNotice(
  { db, keys, config }: DeliveryTools,
  { id, applicationId, personId, payload, now }: OutboxEntry<'logout-notice'>,
  signal?: AbortSignal,
): Promise<DeliveryOutcome> {
  const client = applicationId === null ? undefined : await findLogoutReceiver(db, applicationId)
  if (!client || client.uri === null || personId === null) return { kind: 'dropped' }
  const { clientId, uri, idTokenAlg } = client
  const logout = { jti: id, personId: personId, clientId, sessionId: payload.sessionId, alg: idTokenAlg, now }
  const token = await mintLogoutToken(config.issuer, keys, logout)
  const options = { timeoutMillis: TIMEOUT_MILLIS, allowLoopback: config.issuer.startsWith('http:') }
  try {
    const status = await postForm(uri, { logout_token: token }, { ...options, ...(signal && { signal }) })
    if (ARRIVED.has(status)) return { kind: 'arrived' }
    const about = { clientId, status }
    return status === REFUSED
      ? { kind: 'refused', because: 'the client refused it', about }
      : { kind: 'later', because: 'it was not taken', about }
  } catch (error) {
    const about = { clientId, err: error }
    return error instanceof ForbiddenAddress
      ? { kind: 'refused', because: 'it may not be sent to this address', about }
      : { kind: 'later', because: 'it did not arrive', about }
  }
}
