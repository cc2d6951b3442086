// One connection from Kong: one call at a time, or one event with its PDK calls; nothing that arrives can end the process.
import type { Socket } from 'node:net'
import type { Logger } from 'pino'
import { type RpcReturn, rpcCall, rpcReturn } from '../protocol/calls.ts'
import { readFrame } from '../protocol/codec.ts'
import { FrameWriter, refusal } from '../protocol/frame-writer.ts'
import { createFrameReader, framed } from '../protocol/frames.ts'
import type { TroubleLog } from '../trouble-log.ts'
import { answer } from './answers.ts'
import type { Conversation } from './conversation.ts'
import { type EventConnection, startEvent } from './events.ts'
import { type Onward, relay } from './hand-over/relay.ts'
import type { KongServer } from './kong-server.ts'

/** What all connections share. */
export interface ConnectionContext {
  readonly server: KongServer
  readonly log: Logger
  /** Where calls that are refused are told. */
  readonly refusals: TroubleLog
}

/** What becomes of the next call: it is answered; it waits; the connection ends before it; another server gets it, or got it. */
type Course =
  | { readonly is: 'serving' | 'holding' | 'finishing' | 'gone' }
  | { readonly is: 'leaving'; readonly onward: Onward }

/** Serves one socket, from its creation on. Tokens travel here: neither arguments nor results are ever logged. */
export class Connection {
  readonly #socket: Socket
  readonly #context: ConnectionContext
  readonly #reader = createFrameReader()
  readonly #out = new FrameWriter()
  #course: Course = { is: 'serving' }
  /** Whether a call is being answered. */
  #busy = false
  /** The last one that was an event. */
  #event: Conversation | undefined
  /** The call that nobody answers yet. */
  #waiting: Buffer | undefined
  #wasInterrupted = false
  readonly #onEvent: EventConnection = { out: this.#out, send: () => this.#send(), onEnd: () => this.#ended() }

  constructor(socket: Socket, context: ConnectionContext) {
    this.#socket = socket
    this.#context = context
    // e.g. EPIPE of a worker that died
    socket.on('error', (error) => context.log.debug({ err: error }, 'connection from Kong broke'))
    socket.on('close', () => this.#event?.hangUp())
    socket.on('data', (chunk) => this.#attempt(() => this.#read(chunk)))
  }

  /** Ends our side once the call in progress is answered; Kong then closes it. */
  finish(): void {
    if (this.#course.is === 'gone') return // the other server ends it
    this.#course = { is: 'finishing' }
    if (!this.#busy) this.#goOn()
  }

  /** Whether Kong began a call after that: it starts its instances anew then, and asks again elsewhere. */
  get wasInterrupted(): boolean {
    return this.#wasInterrupted
  }

  /** New calls wait until {@link resume} or {@link passOn}. */
  hold(): void {
    if (this.#course.is === 'serving') this.#course = { is: 'holding' }
  }

  /** They are answered, after all. */
  resume(): void {
    if (this.#course.is !== 'holding') return
    this.#course = { is: 'serving' }
    const frame = this.#waiting
    this.#waiting = undefined
    if (frame) this.#attempt(() => this.#start(frame))
  }

  /** Once the call in progress is answered, whatever comes is another server's. */
  passOn(onward: Onward): void {
    if (this.#course.is === 'gone' || this.#course.is === 'finishing') return
    this.#course = { is: 'leaving', onward }
    this.#goOn()
  }

  #read(chunk: Buffer): void {
    for (const frame of this.#reader.read(chunk)) if (!this.#event?.hear(frame)) this.#take(frame)
    if (this.#course.is === 'leaving') this.#goOn()
  }

  /** A call of Kong's. */
  #take(frame: Buffer): void {
    if (!this.#socket.writable)
      this.#wasInterrupted = true // Kong reads that it ended, and asks again elsewhere
    else if (this.#busy || this.#waiting) throw new Error('a call while another is answered')
    else if (this.#course.is === 'serving') this.#start(frame)
    else this.#waiting = frame
  }

  #start(frame: Buffer): void {
    this.#busy = true
    const call = readFrame(rpcCall, frame)
    const { server } = this.#context
    try {
      if (call.cmd_handle_event) this.#event = startEvent(server, call, this.#onEvent)
      else
        answer(call, server).then(
          (given) => this.#reply({ ...given, sequence: call.sequence ?? 0 }),
          (error: unknown) => this.#refuse(error),
        )
    } catch (error) {
      this.#refuse(error)
    }
  }

  #reply(given: RpcReturn): void {
    this.#out.add(rpcReturn.write, given)
    this.#send()
    this.#ended()
  }

  #refuse(error: unknown): void {
    const reason = error instanceof Error ? error.message : 'unknown error'
    // One of a configuration that cannot be used comes with every call, and Kong's own log does not say why.
    this.#context.refusals.note(reason, {}, 'call from Kong refused')
    if (this.#socket.writable) this.#socket.end(refusal(reason))
  }

  #send(): void {
    const bytes = this.#out.take()
    if (this.#socket.writable) this.#socket.write(bytes)
  }

  #ended(): void {
    this.#busy = false
    this.#goOn()
  }

  /** What is due between two calls. */
  #goOn(): void {
    // Half-closed: Kong's answers to what it was told last must still find an open socket, or the request ends with 500.
    if (this.#course.is === 'finishing') this.#socket.end()
    if (this.#course.is !== 'leaving' || this.#busy || !this.#socket.writable) return
    if (this.#event?.isSettled === false) return // not before Kong has answered everything that it was told
    const { onward } = this.#course
    this.#course = { is: 'gone' }
    relay(this.#socket, onward, Buffer.concat([...(this.#waiting ? [framed(this.#waiting)] : []), this.#reader.rest]))
  }

  #attempt(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#context.log.error({ err: error }, 'unreadable bytes from Kong; closing the connection')
      this.#socket.destroy()
    }
  }
}
