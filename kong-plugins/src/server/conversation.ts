// One event: a handler on our side and Kong on the other, who speak in turn until the handler is done or Kong is gone.
import type { PdkCall } from '../pdk/bridge.ts'

/** One PDK call of a handler, or `'ret'` when it is done. */
export type Words = 'ret' | { readonly Method: string; readonly Args: readonly unknown[] }

/**
 * Tells Kong what the handler wants.
 * @returns whether somebody is still there to hear it
 * @throws when it cannot be sent at all
 */
export type Reply = (words: Words) => boolean

/** PDK calls that Kong never answers: the request is over. */
const LAST_CALLS = new Set(['kong.response.exit', 'kong.response.error'])

/** Both sides. What one says the other hears at once, without a turn of the event loop in between. */
export class Conversation {
  /** Present while Kong waits. */
  #reply: Reply | undefined
  /** What the handler said while Kong was at work, e.g. by Promise.all. */
  readonly #unsaid: Words[] = []
  /** The handler's calls that Kong has not answered, in their order. */
  readonly #unanswered: ((value: unknown) => void)[] = []
  readonly #onEnd: () => void

  /** @param onEnd called when nothing more will be said, once or more often */
  constructor(reply: Reply, onEnd: () => void) {
    this.#reply = reply
    this.#onEnd = onEnd
  }

  /** The handler's side: one PDK call. After the last one it is never settled, because Kong never answers. */
  readonly call: PdkCall = (method, args, read) =>
    new Promise((resolve, reject) => {
      this.say({ Method: method, Args: args })
      this.#unanswered.push((value) => {
        try {
          resolve(read(value))
        } catch (cause) {
          reject(cause)
        }
      })
      // …but the handler may go on, so that it can tidy up.
      if (LAST_CALLS.has(method)) this.#unanswered.pop()?.(undefined)
    })

  /** The same for its end. @throws when the words cannot be sent; then others may be said instead */
  say(words: Words): void {
    const reply = this.#reply
    if (!reply) {
      this.#unsaid.push(words)
      return
    }
    const heard = reply(words)
    this.#reply = undefined
    if (words === 'ret' || LAST_CALLS.has(words.Method) || !heard) this.#onEnd()
  }

  /** Kong's side: the answer to the oldest call, and where to send the next. @throws Error when it was not Kong's turn */
  answer(value: unknown, reply: Reply): void {
    if (this.#reply) throw new Error('it is not your turn')
    this.#reply = reply
    this.#unanswered.shift()?.(value)
    const next = this.#unsaid.shift()
    if (next !== undefined) this.say(next)
  }
}
