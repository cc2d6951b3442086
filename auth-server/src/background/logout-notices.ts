// Tells clients that a session ended (OpenID Connect Back-Channel Logout §2.5): each notice until it arrives or grows old.
import type { FastifyBaseLogger } from 'fastify'
import type { Deps } from '../deps.ts'
import { ForbiddenAddress, postForm } from '../http/outbound/fetch.ts'
import { type LogoutNotice, removeNotice, takeDueNotices } from '../store/tables/logout-notices.ts'
import { mintLogoutToken } from '../tokens/logout-token.ts'

/** Notices on their way at once; each takes a socket for at most the time limit. */
const AT_ONCE = 16
/** … and to one receiver: those that hang, or are merely slow, leave room for the others. */
const PER_RECEIVER = 2
const TIMEOUT_MILLIS = 5000
/** While notices are on their way, others may fall due. */
const LOOK_AGAIN_MILLIS = 1000

/** §2.8: 200 says yes; some frameworks say 204 for it. 400 says that the client will never take this token. */
const ARRIVED = new Set([200, 204])
const REFUSED = 400

/** Sends everything that is due. @param signal aborts what is under way; what was aborted is sent again later. */
export async function sendLogoutNotices(deps: Deps, log: FastifyBaseLogger, signal?: AbortSignal): Promise<void> {
  // Delivery → its receiver.
  const underWay = new Map<Promise<void>, string>()
  try {
    while (!signal?.aborted) {
      const room = { total: AT_ONCE, perReceiver: PER_RECEIVER, busy: [...underWay.values()] }
      for (const notice of await takeDueNotices(deps.db, room)) {
        const delivery: Promise<void> = deliver(deps, log, notice, signal)
          .catch((error: unknown) => log.warn({ err: error }, 'a logout notice that was sent may be sent again'))
          .finally(() => underWay.delete(delivery))
        underWay.set(delivery, notice.receiver)
      }
      if (underWay.size === 0) return
      await firstOf(underWay.keys(), LOOK_AGAIN_MILLIS)
    }
  } finally {
    await Promise.all(underWay.keys())
  }
}

/** Waits until one of them has ended, or that many milliseconds. */
function firstOf(promises: Iterable<Promise<void>>, millis: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, millis)
    void Promise.race(promises).then(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}

async function deliver(
  { db, keys, config }: Deps,
  log: FastifyBaseLogger,
  notice: LogoutNotice,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { id, uri, clientId, attempts, idTokenAlg } = notice
  const about = { clientId, attempts }
  if (uri === null) return removeNotice(db, id)
  try {
    const token = await mintLogoutToken(config.issuer, keys, { ...notice, jti: id, alg: idTokenAlg })
    const allowLoopback = config.issuer.startsWith('http:')
    const options = { timeoutMillis: TIMEOUT_MILLIS, allowLoopback, ...(signal && { signal }) }
    const status = await postForm(uri, { logout_token: token }, options)
    if (ARRIVED.has(status)) return await removeNotice(db, id)
    if (status !== REFUSED)
      return log.info({ ...about, status }, 'a logout notice was not taken; it will be sent again')
    log.warn({ ...about, status }, 'a client refused a logout notice')
    await removeNotice(db, id)
  } catch (error) {
    if (!(error instanceof ForbiddenAddress))
      return log.info({ ...about, err: error }, 'a logout notice did not arrive; it will be sent again')
    log.warn({ ...about, err: error }, 'a logout notice may not be sent to this address')
    await removeNotice(db, id)
  }
}
