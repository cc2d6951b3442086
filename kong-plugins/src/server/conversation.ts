// One event: a handler on our side and Kong on the other. What needs no answer is not waited for, but goes out with what comes next.
import { rpcReturn } from '../protocol/calls.ts'
import { readFrame } from '../protocol/codec.ts'
import { type FrameWriter, writeAscii } from '../protocol/frame-writer.ts'
import type { PdkCall, Talk } from '../protocol/pdk-call.ts'

/** Takes Kong's answer to a call. */
type Hear = (frame: Buffer) => void

/** Both sides. */
export class Conversation implements Talk {
  readonly #out: FrameWriter
  readonly #send: () => void
  readonly #onEnd: () => void
  /** One for each call that Kong has not answered, in their order. */
  readonly #unanswered: Hear[] = []
  #sending = false
  #over = false

  /**
   * @param out collects the frames
   * @param send sends those collected
   * @param onEnd called once, when nothing more will be said
   */
  constructor(out: FrameWriter, send: () => void, onEnd: () => void) {
    this.#out = out
    this.#send = send
    this.#onEnd = onEnd
  }

  ask<Argument, Result>(call: PdkCall<Argument, Result>, argument: Argument): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#over) return
      this.#say(call, argument, (frame) => {
        try {
          resolve(readFrame(call.result, frame))
        } catch (error) {
          reject(error)
        }
      })
      this.#sendSoon()
    })
  }

  async tell<Argument>(call: PdkCall<Argument, unknown>, argument: Argument): Promise<void> {
    if (!this.#over) this.#say(call, argument, () => {})
  }

  async last<Argument>(call: PdkCall<Argument, unknown>, argument: Argument): Promise<void> {
    if (this.#over) return
    this.#say(call, argument, () => {})
    this.#send()
    this.hangUp()
  }

  /** The handler is done. @param sequence of Kong's call */
  end(sequence: number): void {
    if (this.#over) return
    this.#out.add(writeAscii, '')
    this.#out.add(rpcReturn.write, { sequence })
    this.#send()
    this.hangUp()
  }

  /** Nobody listens any more. */
  hangUp(): void {
    if (this.#over) return
    this.#over = true
    this.#onEnd()
  }

  /** Whether Kong owes no answer. */
  get isSettled(): boolean {
    return this.#unanswered.length === 0
  }

  /** Kong's side, also after the end. @returns whether an answer was due, and this is it */
  hear(frame: Buffer): boolean {
    const hear = this.#unanswered.shift()
    hear?.(frame)
    return hear !== undefined
  }

  /** Questions asked side by side leave in one write. */
  #sendSoon(): void {
    if (this.#sending) return
    this.#sending = true
    queueMicrotask(() => {
      this.#sending = false
      if (!this.#over) this.#send()
    })
  }

  #say<Argument>({ name, argument }: PdkCall<Argument, unknown>, given: Argument, hear: Hear): void {
    this.#out.allOrNothing(() => {
      this.#out.add(writeAscii, name)
      this.#out.addArguments(argument.write, given)
    })
    this.#unanswered.push(hear)
  }
}
