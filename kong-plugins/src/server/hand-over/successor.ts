// The side that takes over: learns from the running server what Kong has started there, gets ready, and takes its place.
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { whatIsMissing } from '../../metrics/readiness.ts'
import type { Services } from '../../services.ts'
import { peerPath } from '../socket-file.ts'
import { HAND_OVER, type Message, nextOf, readMessages, sendMessages } from './messages.ts'
import type { Estate } from './predecessor.ts'

/** How long keys and feeds may take before the path is taken, in milliseconds; the predecessor works meanwhile. */
const READY_WITHIN_MS = 10_000
/** How long the rest may take while calls wait, in milliseconds. */
const TAKE_WITHIN_MS = 2000

/**
 * Takes over from the server that listens on a path.
 * @param publish puts our own socket in its place
 */
export async function takeOver(path: string, estate: Estate, publish: () => Promise<void>, log: Logger): Promise<void> {
  const socket = await reach(path)
  if (socket === undefined) {
    log.warn('the server on this path cannot hand over: its calls are cut when it ends, its counts are lost')
    return publish()
  }
  const messages = readMessages(socket)
  try {
    socket.write(`${HAND_OVER}\n`)
    const missing = await learn(messages, estate)
    await ready(estate, missing)
    socket.setTimeout(TAKE_WITHIN_MS, () => socket.destroy())
    await sendMessages(socket, [{ type: 'take over' }])
    await learn(messages, estate)
    await inherit(messages, estate)
    log.info('took over from the server on this path, with its instances, counts and used proofs')
  } catch (cause) {
    log.warn({ err: cause }, 'not everything was handed over: counts or used proofs of the server before may be lost')
  }
  socket.setTimeout(0)
  await publish()
  await sendMessages(socket, [{ type: 'taken over' }]).catch(() => {})
  void hearTheRest(messages, estate).catch(() => {})
}

function reach(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(peerPath(path), () => resolve(socket))
    socket.on('error', () => resolve(undefined))
  })
}

/** The instances that Kong knows, under their ids. @returns what the other side lacks to be ready */
async function learn(messages: AsyncGenerator<Message, undefined>, { server }: Estate): Promise<readonly string[]> {
  while (true) {
    const message = await nextOf(messages, 'instance', 'introduced')
    if (message.type === 'introduced') {
      server.instances.nextId = message.nextId
      return message.missing
    }
    // A configuration that this release does not take: Kong starts it anew then, and hears why.
    await server.instances.adopt(message.record).catch(() => {})
  }
}

/** Waits for keys and feeds, but not for those that the other side does not have either. */
async function ready({ services }: Estate, missing: readonly string[]): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS
  while (performance.now() < deadline) {
    if (whatIsMissing(services).every((what) => missing.includes(what))) return
    await delay(20)
  }
}

async function inherit(messages: AsyncGenerator<Message, undefined>, { services }: Estate): Promise<void> {
  while (true) {
    const message = await nextOf(messages, 'counts', 'proofs', 'yours')
    if (message.type === 'yours') return
    remember(message, services)
  }
}

/** Calls that were under way for long when the path was taken, decided over there. */
async function hearTheRest(messages: AsyncGenerator<Message, undefined>, { services }: Estate): Promise<void> {
  for await (const message of messages) remember(message, services)
}

function remember(message: Message, { counters, proofs }: Services): void {
  if (message.type === 'counts') counters.adopt(message.record)
  if (message.type === 'proofs') proofs.local.adopt(message.record)
}
