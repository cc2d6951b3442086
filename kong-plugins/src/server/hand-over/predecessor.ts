// The side that hands over: tells its successor which instances Kong has, then everything that it counts and remembers.
import type { Socket } from 'node:net'
import type { Logger } from 'pino'
import { whatIsMissing } from '../../metrics/readiness.ts'
import type { Services } from '../../services.ts'
import type { KongServer } from '../kong-server.ts'
import { type Message, nextOf, readMessages, sendMessages } from './messages.ts'

/** What handing over does to the connections from Kong. */
export interface Floor {
  /** Whether the path is neither handed over nor being so. */
  isFree(): boolean
  /** New calls wait from now on. Resolves when those begun before are answered, or have taken too long. */
  hold(): Promise<void>
  /** They are answered here, after all. */
  resume(): void
  /** They are the successor's: all connections are passed on to it. Resolves when nothing is decided here any more. */
  passOn(): Promise<void>
  /** Whether the path is still ours. */
  isOurs(): Promise<boolean>
}

/** What is handed over. */
export interface Estate {
  readonly server: KongServer
  readonly services: Services
}

/** Calls wait for this long at most, in milliseconds: Kong waits three seconds for an answer. */
const HOLD_FOR_MILLIS = 2500

/** Serves one successor. Should it fail or go away before it has the path, everything goes on as before. */
export async function handOver(socket: Socket, { server, services }: Estate, floor: Floor, log: Logger): Promise<void> {
  const messages = readMessages(socket)
  try {
    await sendMessages(socket, introduction(server, services))
    await nextOf(messages, 'take over')
  } catch (error) {
    log.warn({ err: error }, 'a process that wanted to take over went away')
    socket.destroy()
    return
  }
  if (!floor.isFree()) {
    socket.destroy() // another asked before; who asks again asks that one
    return
  }
  const impatience = setTimeout(() => socket.destroy(), HOLD_FOR_MILLIS)
  try {
    await floor.hold()
    await sendMessages(socket, legacy(server, services))
    await nextOf(messages, 'taken over')
  } catch (error) {
    log.warn({ err: error }, 'a process that wanted to take over did not')
  }
  clearTimeout(impatience)
  if (await floor.isOurs()) floor.resume()
  else await floor.passOn()
  // What took longer than others could wait for was decided here, and is told late.
  await sendMessages(socket, remembered(services)).catch(() => {})
  socket.end()
}

function* introduction(server: KongServer, services: Services): Iterable<Message> {
  for (const record of server.instances.records()) yield { type: 'instance', record }
  yield { type: 'introduced', nextId: server.instances.nextId, missing: whatIsMissing(services) }
}

function* legacy(server: KongServer, services: Services): Iterable<Message> {
  yield* introduction(server, services)
  yield* remembered(services)
  yield { type: 'yours' }
}

function* remembered({ counters, proofs }: Services): Iterable<Message> {
  for (const record of proofs.local.records()) yield { type: 'proofs', record }
  for (const record of counters.records()) yield { type: 'counts', record }
}
