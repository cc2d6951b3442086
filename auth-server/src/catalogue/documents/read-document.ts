// Reads OpenAPI documents off the main thread, one at a time, within bounds of time and memory.
import { Worker } from 'node:worker_threads'
import type { YamlProblem } from '../../config/yaml-tree.ts'
import type { DrawnReference } from './reference.ts'
import { RefusedDocument } from './refused-document.ts'

const MAX_SECONDS = 10
const MAX_MEMORY_MEGABYTES = 256
/** What has been drawn before is not read again. */
const MAX_KEPT = 20

const KEPT = new Map<string, DrawnReference>()
let last: Promise<unknown> = Promise.resolve()

/** What is drawn of a document. @throws {RefusedDocument} */
export function readDocument(text: string): Promise<DrawnReference> {
  const known = KEPT.get(text)
  if (known) return Promise.resolve(known)
  const reading = last.then(() => KEPT.get(text) ?? readInThread(text))
  last = reading.catch(() => {})
  return reading
}

async function readInThread(text: string): Promise<DrawnReference> {
  const read = await ask(text)
  if (!('tags' in read)) throw new RefusedDocument(read)
  KEPT.set(text, read)
  const [oldest] = KEPT.keys()
  if (KEPT.size > MAX_KEPT && oldest !== undefined) KEPT.delete(oldest)
  return read
}

async function ask(text: string): Promise<DrawnReference | readonly YamlProblem[]> {
  const { promise, resolve, reject } = Promise.withResolvers<DrawnReference | readonly YamlProblem[]>()
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: text,
    resourceLimits: { maxOldGenerationSizeMb: MAX_MEMORY_MEGABYTES },
    // Nothing of the settings is known in there.
    env: {},
    execArgv: [],
  })
  const tooMuch = () => resolve([{ line: 0, column: 0, text: 'takes too much to read: make it simpler' }])
  const timer = setTimeout(tooMuch, MAX_SECONDS * 1000)
  worker.once('message', resolve)
  worker.once('error', (error: NodeJS.ErrnoException) =>
    error instanceof RangeError || error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooMuch() : reject(error),
  )
  worker.once('exit', tooMuch)
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    await worker.terminate()
  }
}
