// The lines of a file that a command was given, one after the other.
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { UsageError } from '@mobile-api-gateway/sdk/command-line.ts'
import { unreadable } from '@mobile-api-gateway/sdk/text-file.ts'

/** @throws {UsageError} when it cannot be read */
export async function* linesOf(file: string): AsyncGenerator<string> {
  const stream = createReadStream(file)
  // A stream that cannot be opened ends the loop of `createInterface` without a word.
  const broken = new Promise<never>((_, reject) =>
    stream.once('error', (error) => reject(new UsageError(unreadable(file, error).message))),
  )
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]()
  for (;;) {
    const next = await Promise.race([lines.next(), broken])
    if (next.done) return
    yield next.value
  }
}
