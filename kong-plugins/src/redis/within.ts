// Waiting for Redis, but not for ever.

/** No answer in time. */
export class RedisTimeout extends Error {
  override readonly name = 'RedisTimeout'
}

/** Settles like `work`, or rejects with {@link RedisTimeout} after `ms` milliseconds; `work` then ends unheard. */
export function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      // If it was us who were busy, the answer lies in the socket already: read that first.
      setImmediate(() => reject(new RedisTimeout(`no answer within ${ms} ms`)))
    }, ms)
    work.then(
      (value) => {
        clearTimeout(timer)
        resolve(value)
      },
      (cause: unknown) => {
        clearTimeout(timer)
        reject(cause)
      },
    )
  })
}
