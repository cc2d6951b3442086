// A plugin server of few words: speaks Kong's protocol and does, per event, what the test tells it to.
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Packr, UnpackrStream } from 'msgpackr'

const packr = new Packr({ useRecords: false })

/** One event: PDK calls to make before it ends. */
export interface PeerEvent {
  readonly config: Record<string, unknown>
  /** Calls back into Kong and waits for the result; never returns after exit or error. */
  readonly pdk: (method: string, ...args: unknown[]) => Promise<unknown>
  /** Ends the connection in the middle of the event. */
  readonly hangUp: () => void
}

export interface Behaviour {
  /** Runs for each access event; a string is sent as an RPC error. */
  access: (event: PeerEvent) => Promise<string | undefined> | Promise<void>
  /** Runs for StartInstance; a string is sent as an RPC error. */
  start?: () => Promise<string | undefined>
}

export interface Peer {
  readonly socketPath: string
  /** May be changed between requests. */
  behaviour: Behaviour
  /** Every call that came in, by name. */
  readonly calls: string[]
  /** The Config of each StartInstance. */
  readonly configs: Record<string, unknown>[]
  /** Answers HandleEvent with "no plugin instance" from now on, until started anew. */
  forgetInstances(): void
  stop(): Promise<void>
}

interface OpenEvent {
  /** Delivers the result of the last PDK call. */
  resume: (result: unknown) => void
  /** Answers the RPC that is waiting. */
  reply: (data: unknown) => void
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** Starts the peer on a socket of its own; it ends with the test. */
export async function startPeer(t: { after(ended: () => unknown): void }, first: Behaviour): Promise<Peer> {
  const folder = await mkdtemp(join(tmpdir(), 'peer-'))
  const socketPath = join(folder, 'p.sock')
  const instances = new Map<number, Record<string, unknown>>()
  const events = new Map<number, OpenEvent>()
  const sockets = new Set<Socket>()
  let nextId = 1000

  const serve = (
    socket: Socket,
    method: string,
    argument: unknown,
    done: (error: unknown, result: unknown) => void,
  ) => {
    peer.calls.push(method)
    const facts = isRecord(argument) ? argument : {}
    if (method === 'plugin.StartInstance') {
      const config: unknown = JSON.parse(String(facts.Config))
      peer.configs.push(isRecord(config) ? config : {})
      void (peer.behaviour.start?.() ?? Promise.resolve(undefined)).then((error) => {
        nextId += 1
        instances.set(nextId, isRecord(config) ? config : {})
        done(error, error === undefined ? { Name: facts.Name, Id: nextId, Config: config, StartTime: 0 } : undefined)
      })
    } else if (method === 'plugin.HandleEvent') {
      const config = instances.get(Number(facts.InstanceId))
      if (config === undefined) return done(`no plugin instance #${facts.InstanceId}`, undefined)
      nextId += 1
      const id = nextId
      const event: OpenEvent = {
        resume: () => undefined,
        reply: (data) => done(undefined, { EventId: id, Data: data }),
      }
      events.set(id, event)
      const pdk: PeerEvent['pdk'] = (name, ...args) => {
        const result = new Promise<unknown>((resolve) => {
          event.resume = resolve
        })
        event.reply({ Method: name, Args: args })
        return result
      }
      void peer.behaviour.access({ config, pdk, hangUp: () => socket.destroy() }).then((error) => {
        if (typeof error === 'string') done(error, undefined)
        else event.reply('ret')
      })
    } else if (method.startsWith('plugin.Step')) {
      const event = events.get(Number(facts.EventId))
      if (event === undefined) return done('no such event', undefined)
      event.reply = (data) => done(undefined, { EventId: facts.EventId, Data: data })
      event.resume(facts.Data)
    } else done(undefined, {})
  }

  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    const reader = socket.pipe(new UnpackrStream({ useRecords: false, mapsAsObjects: true, int64AsType: 'number' }))
    reader.on('data', (message: unknown) => {
      if (!Array.isArray(message)) return
      const [, id, method, args]: unknown[] = message
      const argument: unknown = Array.isArray(args) ? args[0] : undefined
      serve(socket, String(method), argument, (error, result) => {
        if (!socket.destroyed) socket.write(packr.pack([1, id, error ?? null, result ?? null]))
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
  t.after(async () => {
    await stop()
    await rm(folder, { recursive: true, force: true })
  })
  const peer: Peer = {
    socketPath,
    behaviour: first,
    calls: [],
    configs: [],
    forgetInstances: () => instances.clear(),
    stop,
  }
  return peer
}

/** What mobile-gateway does when all is well: identity and mark in one call. */
export const letPass = async ({ pdk }: PeerEvent): Promise<void> => {
  await pdk('kong.service.request.set_headers', {
    'X-Authenticated-UserId': 'usr_alice',
    'X-Authenticated-Scope': 'profile:read',
    'X-Consumer-Username': 'demo-app',
    'X-Consumer-Custom-ID': 'app_1',
    'X-Credential-Identifier': 'demo-app',
    'X-Mobile-Gateway': 'mobile-api;60;59;42;Minute:60:59',
  })
}
