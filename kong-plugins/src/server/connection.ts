// One connection from Kong: one call at a time, or one event with its PDK calls; nothing that arrives can end the process.
import type { Socket } from 'node:net'
import type { Logger } from 'pino'
import { createKong } from '../pdk/bridge.ts'
import { unavailable } from '../stages/effects.ts'
import { type Call, type Return, rpcCall, rpcReturn } from '../wire/calls.ts'
import { readFrame } from '../wire/codec.ts'
import { FrameWriter, refusal } from '../wire/frame-writer.ts'
import { createFrameReader } from '../wire/frames.ts'
import { answer } from './answers.ts'
import { Conversation } from './conversation.ts'
import type { KongServer } from './kong-server.ts'

/** How the listener ends a connection. */
export interface Connection {
  /** Ends our side once the call in progress is answered; Kong then closes it. */
  finish(): void
}

/** What all connections share. */
export interface Shared {
  readonly server: KongServer
  /** Those that run at present. */
  readonly events: Set<Conversation>
  readonly log: Logger
}

type Event = NonNullable<Call['cmd_handle_event']>

/** Serves one socket. Tokens travel here: neither arguments nor results are ever logged. */
export function serveConnection(socket: Socket, { server, events, log }: Shared): Connection {
  const reader = createFrameReader()
  const out = new FrameWriter()
  let event: Conversation | undefined
  let busy = false
  let finishing = false

  const send = (): void => {
    const bytes = out.take()
    if (socket.writable) socket.write(bytes)
  }
  const idle = (): void => {
    busy = false
    // Half-closed: Kong's answers to what it was told last must still find an open socket, or the request ends with 500.
    if (finishing) socket.end()
  }
  const reply = (sequence: number, given: Return): void => {
    out.add(rpcReturn.write, { ...given, sequence })
    send()
    idle()
  }
  const refuse = (cause: unknown): void => {
    const error = cause instanceof Error ? cause.message : 'unknown error'
    log.warn({ error }, 'call from Kong refused')
    if (socket.writable) socket.end(refusal(error))
  }

  function begin(sequence: number, { instance_id = 0, event_name }: Event): void {
    if (event_name !== 'access') throw new Error('only the access phase is handled')
    const instance = server.instances.use(instance_id)
    if (!instance) throw new Error(`no plugin instance #${instance_id}`)
    const talk = new Conversation(out, send, () => {
      events.delete(talk)
      idle()
    })
    event = talk
    events.add(talk)
    const kong = createKong(talk)
    instance.executePhase('access', kong).then(
      () => talk.end(sequence),
      () => {
        const { status, body, headers } = unavailable('the handler failed')
        return kong.response.exit(status, body, headers)
      },
    )
  }

  function take(frame: Buffer): void {
    if (event?.hear(frame)) return
    if (!socket.writable) return // ended: Kong reads that, and asks again elsewhere
    if (busy) throw new Error('a call while another is answered')
    busy = true
    const call = readFrame(rpcCall, frame)
    const { sequence = 0, cmd_handle_event } = call
    try {
      if (cmd_handle_event) begin(sequence, cmd_handle_event)
      else answer(call, server).then((given) => reply(sequence, given), refuse)
    } catch (cause) {
      refuse(cause)
    }
  }

  socket.on('error', (cause) => log.debug({ err: cause }, 'connection from Kong broke')) // e.g. EPIPE of a worker that died
  socket.on('close', () => event?.hangUp())
  socket.on('data', (chunk) => {
    try {
      for (const frame of reader.read(chunk)) take(frame)
    } catch (cause) {
      log.error({ err: cause }, 'unreadable bytes from Kong; closing the connection')
      socket.destroy()
    }
  })

  return {
    finish() {
      finishing = true
      if (!busy) idle()
    },
  }
}
