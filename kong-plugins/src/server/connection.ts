// One connection from Kong: one call at a time, or one event with its PDK calls; nothing that arrives can end the process.
import { connect, type Socket } from 'node:net'
import type { Logger } from 'pino'
import { type RpcCall, type RpcReturn, rpcCall, rpcReturn } from '../protocol/calls.ts'
import { readFrame } from '../protocol/codec.ts'
import { FrameWriter, refusal } from '../protocol/frame-writer.ts'
import { createFrameReader, framed } from '../protocol/frames.ts'
import { createKong } from '../protocol/kong.ts'
import { unavailable } from '../stages/effects.ts'
import type { TroubleLog } from '../trouble-log.ts'
import { answer } from './answers.ts'
import { Conversation } from './conversation.ts'
import type { KongServer } from './kong-server.ts'

/** How the listener ends a connection. */
export interface Connection {
  /** Ends our side once the call in progress is answered; Kong then closes it. */
  finish(): void
  /** Whether Kong began a call after that: it starts its instances anew then, and asks again elsewhere. */
  readonly wasInterrupted: boolean
  /** New calls wait until {@link resume} or {@link passOn}. */
  hold(): void
  resume(): void
  /** Once the call in progress is answered, whatever comes is for the server that listens on a path, after a first line. */
  passOn(path: string, firstLine: string): void
}

/** What all connections share. */
export interface ConnectionContext {
  readonly server: KongServer
  readonly log: Logger
  /** Where calls that are refused are told. */
  readonly refusals: TroubleLog
}

type Event = NonNullable<RpcCall['cmd_handle_event']>

/** Serves one socket. Tokens travel here: neither arguments nor results are ever logged. */
export function serveConnection(socket: Socket, { server, log, refusals }: ConnectionContext): Connection {
  const reader = createFrameReader()
  const out = new FrameWriter()
  let event: Conversation | undefined
  let busy = false
  let finishing = false
  let holding = false
  let hasLeft = false
  let wasInterrupted = false
  let waiting: Buffer | undefined // the call that came meanwhile
  let successor: { readonly path: string; readonly firstLine: string } | undefined

  const send = (): void => {
    const bytes = out.take()
    if (socket.writable) socket.write(bytes)
  }
  const idle = (): void => {
    busy = false
    // Half-closed: Kong's answers to what it was told last must still find an open socket, or the request ends with 500.
    if (finishing) socket.end()
    leave()
  }
  const reply = (sequence: number, given: RpcReturn): void => {
    out.add(rpcReturn.write, { ...given, sequence })
    send()
    idle()
  }
  const refuse = (cause: unknown): void => {
    const error = cause instanceof Error ? cause.message : 'unknown error'
    // One of a configuration that cannot be used comes with every call, and Kong's own log does not say why.
    refusals.note(error, {}, 'call from Kong refused')
    if (socket.writable) socket.end(refusal(error))
  }

  function startEvent(sequence: number, { instance_id = 0, event_name }: Event): void {
    if (event_name !== 'access') throw new Error('only the access phase is handled')
    const instance = server.instances.use(instance_id)
    if (!instance) throw new Error(`no plugin instance #${instance_id}`)
    const talk = new Conversation(out, send, () => {
      server.events.delete(talk)
      idle()
    })
    event = talk
    server.events.add(talk)
    const kong = createKong(talk)
    instance.executePhase('access', kong).then(
      () => talk.end(sequence),
      () => {
        const { status, body, headers } = unavailable('the handler failed')
        return kong.response.exit(status, body, headers)
      },
    )
  }

  /** From here on a pipe, if we are to leave and Kong has answered everything that it was told. */
  function leave(): void {
    if (!successor || busy || event?.isSettled === false || !socket.writable) return
    const { path, firstLine } = successor
    successor = undefined
    const onward = connect({ path, allowHalfOpen: true }) // either side may end before the other
    onward.write(`${firstLine}\n`)
    onward.write(Buffer.concat([waiting ? framed(waiting) : Buffer.of(), reader.rest]))
    socket.removeAllListeners('data')
    socket.pipe(onward).pipe(socket)
    hasLeft = true
    onward.on('error', () => socket.destroy())
    socket.on('close', () => onward.destroy())
  }

  function take(frame: Buffer): void {
    if (event?.hear(frame)) {
      leave()
      return
    }
    if (!socket.writable) {
      wasInterrupted = true // Kong reads that it ended, and asks again elsewhere
      return
    }
    if (busy || waiting) throw new Error('a call while another is answered')
    if (holding) waiting = frame
    else startCall(frame)
  }

  function startCall(frame: Buffer): void {
    busy = true
    const call = readFrame(rpcCall, frame)
    const { sequence = 0, cmd_handle_event } = call
    try {
      if (cmd_handle_event) startEvent(sequence, cmd_handle_event)
      else answer(call, server).then((given) => reply(sequence, given), refuse)
    } catch (error) {
      refuse(error)
    }
  }

  function attempt(work: () => void): void {
    try {
      work()
    } catch (error) {
      log.error({ err: error }, 'unreadable bytes from Kong; closing the connection')
      socket.destroy()
    }
  }

  socket.on('error', (cause) => log.debug({ err: cause }, 'connection from Kong broke')) // e.g. EPIPE of a worker that died
  socket.on('close', () => event?.hangUp())
  socket.on('data', (chunk) =>
    attempt(() => {
      for (const frame of reader.read(chunk)) take(frame)
    }),
  )

  return {
    finish() {
      if (hasLeft) return // the other server ends it
      finishing = true
      if (!busy) idle()
    },
    get wasInterrupted() {
      return wasInterrupted
    },
    hold() {
      holding = true
    },
    resume() {
      holding = false
      const frame = waiting
      waiting = undefined
      if (frame) attempt(() => startCall(frame))
    },
    passOn(path, firstLine) {
      successor = { path, firstLine }
      leave()
    },
  }
}
