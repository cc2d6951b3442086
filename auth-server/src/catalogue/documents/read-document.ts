// Reads OpenAPI documents in a process of their own, one at a time, within bounds of time and memory.
import { fork } from 'node:child_process'
import type { YamlProblem } from '../../config/yaml-tree.ts'
import { temporarilyUnavailable } from '../../http/problem.ts'
import type { DrawnReference } from './reference.ts'
import { RefusedDocument, TOO_MUCH } from './refused-document.ts'

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
    if (!isGivenUp) await readApart(text).then(resolve, reject)
  })
  return promise
}

async function readApart(text: string): Promise<DrawnReference> {
  const read = await ask(text)
  if (!('tags' in read)) throw new RefusedDocument(read)
  return read
}

async function ask(text: string): Promise<DrawnReference | readonly YamlProblem[]> {
  const { promise, resolve, reject } = Promise.withResolvers<DrawnReference | readonly YamlProblem[]>()
  // No thread: where V8 finds no memory for one of those, it may end the whole server.
  const reader = fork(new URL('./reader.ts', import.meta.url), {
    execArgv: [`--max-old-space-size=${MAX_MEMORY_MEGABYTES}`],
    // Nothing of the settings is known in there.
    env: { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE },
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  const timer = setTimeout(() => resolve(TOO_MUCH), MAX_SECONDS * 1000)
  reader.once('message', (read: DrawnReference | readonly YamlProblem[]) => resolve(read))
  reader.once('error', reject)
  reader.once('exit', (code, signal) => {
    // It waits to be ended; what ends by a signal found no memory.
    if (signal !== null) resolve(TOO_MUCH)
    else reject(new Error(`the reader of documents ended with ${code}`))
  })
  reader.send(text, (error) => error && reject(error))
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    reader.kill('SIGKILL')
  }
}
