// A plugin server of few words: speaks Kong's protocol and does, per event, what the test tells it to.
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RpcReturn, rpcCall, rpcReturn } from '../../../src/protocol/calls.ts'
import { readFrame } from '../../../src/protocol/codec.ts'
import { FrameWriter, refusal, writeAscii } from '../../../src/protocol/frame-writer.ts'
import { createFrameReader } from '../../../src/protocol/frames.ts'
import type { PdkCall } from '../../../src/protocol/pdk-call.ts'
import { setRequestHeaders } from '../../../src/protocol/pdk-calls.ts'
import { NOTHING } from '../../../src/protocol/shapes.ts'

/** One event: PDK calls to make before it ends. */
export interface PeerEvent {
  readonly config: Record<string, unknown>
  /**
   * Calls back into Kong; never returns after exit. Calls that are not waited for leave in one piece, with the end of
   * the event if it comes at once.
   */
  readonly pdk: <Argument, Result>(call: PdkCall<Argument, Result>, argument: Argument) => Promise<Result>
  /** Ends the connection in the middle of the event. */
  readonly hangUp: () => void
}

export interface Behaviour {
  /** Runs for each access event; with a string the connection ends. */
  access: (event: PeerEvent) => Promise<unknown>
  /** Runs when an instance is started; a string is the reason of a refusal. */
  start?: () => Promise<string | undefined>
}

export interface Peer {
  readonly socketPath: string
  /** May be changed between requests. */
  behaviour: Behaviour
  /** Every command that came in, by name. */
  readonly calls: string[]
  /** How many connections there were. */
  connections: number
  /** The config of each instance. */
  readonly configs: Record<string, unknown>[]
  /** Refuses events from now on, until started anew. */
  forgetInstances(): void
  stop(): Promise<void>
}

/** A function by a name that Kong does not have. */
export const unknownCall: PdkCall<unknown, unknown> = { name: 'kong.no.such', argument: NOTHING, result: NOTHING }

/** Starts the peer on a socket of its own; it ends with the test. */
export async function startPeer(t: { teardown(ended: () => unknown): void }, first: Behaviour): Promise<Peer> {
  const folder = await mkdtemp(join(tmpdir(), 'peer-'))
  const socketPath = join(folder, 'p.sock')
  const instances = new Map<number, Record<string, unknown>>()
  const sockets = new Set<Socket>()
  let nextId = 1000

  const serve = (socket: Socket): void => {
    const reader = createFrameReader()
    const waiting: ((frame: Buffer) => void)[] = []
    const send = (bytes: Buffer): void => {
      socket.cork()
      setImmediate(() => socket.uncork())
      if (!socket.destroyed) socket.write(bytes)
    }
    const frames = (add: (out: FrameWriter) => void): Buffer => {
      const out = new FrameWriter()
      add(out)
      return out.take()
    }
    const pdk: PeerEvent['pdk'] = (call, argument) => {
      send(
        frames((out) => {
          out.add(writeAscii, call.name)
          out.add(call.argument.write, argument)
        }),
      )
      return new Promise((resolve) => waiting.push((frame) => resolve(readFrame(call.result, frame))))
    }
    const answer = (returned: RpcReturn): void => send(frames((out) => out.add(rpcReturn.write, returned)))
    const refuse = (reason: string): void => void socket.end(refusal(reason))

    const obey = async (frame: Buffer): Promise<void> => {
      const { sequence = 0, ...command } = readFrame(rpcCall, frame)
      peer.calls.push(...Object.keys(command))
      const { cmd_start_instance: start, cmd_handle_event: event } = command
      if (start !== undefined) {
        const config: Record<string, unknown> = JSON.parse(start.config ?? '')
        peer.configs.push(config)
        const reason = await peer.behaviour.start?.()
        if (reason !== undefined) return refuse(reason)
        nextId += 1
        instances.set(nextId, config)
        return answer({ sequence, instance_status: { instance_id: nextId } })
      }
      if (event === undefined) return answer({ sequence })
      const config = instances.get(event.instance_id ?? 0)
      if (config === undefined) return refuse(`no plugin instance #${event.instance_id}`)
      const reason = await peer.behaviour.access({ config, pdk, hangUp: () => socket.destroySoon() })
      if (typeof reason === 'string') return refuse(reason)
      send(frames((out) => out.add(writeAscii, '')))
      answer({ sequence })
    }

    peer.connections += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk) => {
      for (const frame of reader.read(chunk)) {
        const take = waiting.shift()
        if (take === undefined) void obey(frame)
        else take(frame)
      }
    })
  }

  const server = createServer(serve)
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
  t.teardown(async () => {
    await stop()
    await rm(folder, { recursive: true, force: true })
  })
  const peer: Peer = {
    socketPath,
    behaviour: first,
    calls: [],
    connections: 0,
    configs: [],
    forgetInstances: () => instances.clear(),
    stop,
  }
  return peer
}

/** What mobile-gateway does when all is well: identity and mark in one call. */
export async function letPass({ pdk }: PeerEvent): Promise<void> {
  await pdk(setRequestHeaders, [
    {
      'X-Authenticated-UserId': 'usr_alice',
      'X-Authenticated-Kind': 'account',
      'X-Authenticated-Scope': 'profile:read',
      'X-Consumer-Username': 'demo-app',
      'X-Consumer-Custom-ID': 'app_1',
      'X-Credential-Identifier': 'demo-app',
      'X-Mobile-Gateway': 'mobile-api;60;59;42;Minute:60:59',
      'X-Mobile-Gateway-Caller':
        'X-Authenticated-UserId=usr_alice&X-Authenticated-Kind=account&X-Authenticated-Scope=profile%3Aread&' +
        'X-Consumer-Username=demo-app&' +
        'X-Consumer-Custom-ID=app_1&X-Credential-Identifier=demo-app',
    },
  ])
}
