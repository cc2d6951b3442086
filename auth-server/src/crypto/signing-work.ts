// Has signatures made on one thread beside the one that answers requests.
import { Worker } from 'node:worker_threads'
import { signatureOf, type ToSign } from './signature.ts'

interface Asked {
  readonly toSign: ToSign
  readonly resolve: (signature: string) => void
  readonly reject: (error: unknown) => void
}

/**
 * Comes with the first token, and again after one that was lost. There is one: it signs 30,000 in a second by ES256, and
 * 3000 by RS256. Of several each would wake for a little, and take turns with the one that answers.
 */
let thread: Worker | undefined
/** What it has not answered yet, in its order. */
let asked: Asked[] = []

/** Base64url. @throws {Error} when the key is no private key for the algorithm */
export function signature(toSign: ToSign): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  thread ??= startThread()
  const isFirst = asked.push({ toSign, resolve, reject }) === 1
  if (!thread) doWithout()
  // The process stays for as long as there is work, and no longer.
  else if (isFirst) thread.ref()
  thread?.postMessage(toSign)
  return promise
}

/** Undefined where the system has none left to give. */
function startThread(): Worker | undefined {
  try {
    // The settings of the server, secrets among them, are none of its business.
    const started = new Worker(new URL('./signing-thread.ts', import.meta.url), { env: {}, execArgv: [] })
    // An error ends a thread, and must not end the process.
    return started
      .on('message', hear)
      .on('error', () => {})
      .once('exit', doWithout)
  } catch {
    return undefined
  }
}

function hear(signature: string): void {
  asked.shift()?.resolve(signature)
  if (asked.length === 0) thread?.unref()
}

/** The thread is lost, or none was to be had: what it has not answered is signed here, so that nobody's token is lost with it. */
function doWithout(): void {
  const left = asked
  asked = []
  thread = undefined
  for (const { toSign, resolve, reject } of left)
    try {
      resolve(signatureOf(toSign))
    } catch (error) {
      reject(error)
    }
}
