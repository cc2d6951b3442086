// One call of the API: on a connection of its own, so that none is lost to a connection that is being closed.
import { request } from 'node:http'
import { type CallBook, type CallerKind, type Entry, NUMBER } from './book.ts'

/** Longer than any promise about a call. */
const PATIENCE_MILLIS = 20_000

/** Makes a call and writes it down. */
export function makeCall(book: CallBook, port: number, caller: CallerKind, method: Entry['method']): Promise<Entry> {
  const entry = book.begin(caller, method)
  const { promise, resolve } = Promise.withResolvers<Entry>()
  const finish = (): void => {
    entry.ended ??= performance.now()
    resolve(entry)
  }
  const headers = {
    ...caller.headers,
    ...(caller.token !== undefined && { authorization: `Bearer ${caller.token}` }),
    [NUMBER]: String(entry.number),
  }
  const sent = request({ host: '127.0.0.1', port, path: caller.path, method, headers, agent: false }, (answer) => {
    answer.resume()
    answer.once('error', finish)
    answer.once('end', () => {
      entry.status = answer.statusCode
      entry.limit = answer.headers['ratelimit-limit']?.toString()
      entry.retryAfter = answer.headers['retry-after'] !== undefined
      finish()
    })
    answer.once('close', finish)
  })
  sent.once('error', finish)
  sent.setTimeout(PATIENCE_MILLIS, () => sent.destroy())
  sent.end(method === 'POST' ? '{}' : undefined)
  return promise
}
