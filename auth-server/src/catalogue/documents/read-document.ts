// Reads OpenAPI documents off the main thread, one at a time, within bounds of time and memory.
import { Worker } from 'node:worker_threads'
import type { YamlProblem } from '../../config/yaml-tree.ts'
import { temporarilyUnavailable } from '../../http/problem.ts'
import type { DrawnReference } from './reference.ts'
import { RefusedDocument } from './refused-document.ts'

const MAX_SECONDS = 10
/** Until its turn comes. */
const MAX_WAIT_SECONDS = 20
const MAX_MEMORY_MEGABYTES = 256

let last: Promise<unknown> = Promise.resolve()

/**
 * What is drawn of a document.
 * @throws {RefusedDocument}
 * @throws {HttpProblem} 503 where so many wait before it that its turn does not come in time
 */
export function readDocument(text: string, maxWaitSeconds = MAX_WAIT_SECONDS): Promise<DrawnReference> {
  const { promise, resolve, reject } = Promise.withResolvers<DrawnReference>()
  let isGivenUp = false
  const timer = setTimeout(() => {
    isGivenUp = true
    reject(temporarilyUnavailable('too many OpenAPI documents are being read; try again in a moment', MAX_SECONDS))
  }, maxWaitSeconds * 1000)
  last = last.then(async () => {
    clearTimeout(timer)
    if (!isGivenUp) await readInThread(text).then(resolve, reject)
  })
  return promise
}

async function readInThread(text: string): Promise<DrawnReference> {
  const read = await ask(text)
  if (!('tags' in read)) throw new RefusedDocument(read)
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
