// The side that takes over: learns from the running server what Kong has started there, gets ready, and takes its place.
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { whatIsMissing } from '../../metrics/readiness.ts'
import type { Services } from '../../services.ts'
import { isAlive, peerPath } from '../socket-file.ts'
import { HAND_OVER, HungUp, type Message, nextOf, readMessages, sendMessages } from './messages.ts'
import type { Estate } from './predecessor.ts'

/** How long keys and feeds may take before the path is taken, in milliseconds; the predecessor works meanwhile. */
const READY_WITHIN_MILLIS = 10_000
/** How long the rest may take while calls wait, in milliseconds. */
const TAKE_WITHIN_MILLIS = 2000
/** A server that says nothing for this long hangs, in milliseconds: Kong does not wait longer for an answer either. */
const SILENT_FOR_MILLIS = 3000
/** For how long to ask again when another process is being handed the path, in milliseconds. */
const TURN_WITHIN_MILLIS = 10_000
const ASK_AGAIN_AFTER_MILLIS = 50

type Messages = AsyncGenerator<Message, undefined>

/**
 * Takes over from the server that listens on a path.
 * @param publish puts our own socket in its place
 */
export async function takeOver(path: string, estate: Estate, publish: () => Promise<void>, log: Logger): Promise<void> {
  const deadline = performance.now() + TURN_WITHIN_MILLIS
  while (true) {
    const socket = await reach(path)
    if (socket === undefined) {
      log.warn('the server on this path cannot hand over: its calls are cut when it ends, its counts are lost')
      return publish()
    }
    const messages = readMessages(socket)
    try {
      await receive(socket, messages, estate)
      log.info('took over from the server on this path, with its instances, counts and used proofs')
    } catch (error) {
      // Of two that start at once one is faster: what there is to be handed over is that one's by then.
      if (error instanceof HungUp && performance.now() < deadline && (await isAlive(path))) {
        await delay(ASK_AGAIN_AFTER_MILLIS)
        continue
      }
      log.warn({ err: error }, 'not everything was handed over: counts or used proofs of the server before may be lost')
    }
    socket.setTimeout(0)
    await publish()
    await sendMessages(socket, [{ type: 'taken over' }]).catch(() => {})
    void hearTheRest(messages, estate).catch(() => {})
    return
  }
}

async function receive(socket: Socket, messages: Messages, estate: Estate): Promise<void> {
  socket.write(`${HAND_OVER}\n`)
  const missing = await learn(socket, messages, estate)
  await ready(estate, missing)
  socket.setTimeout(TAKE_WITHIN_MILLIS, () => socket.destroy(new Error('it took too long')))
  await sendMessages(socket, [{ type: 'take over' }])
  await learn(socket, messages, estate)
  await inherit(messages, estate)
}

function reach(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(peerPath(path), () => resolve(socket))
    socket.on('error', () => resolve(undefined))
  })
}

/** The instances that Kong knows, under their ids. @returns what the other side lacks to be ready */
async function learn(socket: Socket, messages: Messages, { server }: Estate): Promise<readonly string[]> {
  while (true) {
    const silence = setTimeout(() => socket.destroy(new Error('the other process says nothing')), SILENT_FOR_MILLIS)
    const message = await nextOf(messages, 'instance', 'introduced').finally(() => clearTimeout(silence))
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
  const deadline = performance.now() + READY_WITHIN_MILLIS
  while (performance.now() < deadline) {
    if (whatIsMissing(services).every((what) => missing.includes(what))) return
    await delay(20)
  }
}

async function inherit(messages: Messages, { services }: Estate): Promise<void> {
  while (true) {
    const message = await nextOf(messages, 'counts', 'proofs', 'yours')
    if (message.type === 'yours') return
    remember(message, services)
  }
}

/** Calls that were under way for long when the path was taken, decided over there. */
async function hearTheRest(messages: Messages, { services }: Estate): Promise<void> {
  for await (const message of messages) remember(message, services)
}

function remember(message: Message, { counters, proofs }: Services): void {
  if (message.type === 'counts') counters.adopt(message.record)
  if (message.type === 'proofs') proofs.local.adopt(message.record)
}
