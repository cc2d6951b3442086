// The process that reads one document: whatever it takes, whoever signs in meanwhile does not wait for it, nor end with it.
import { readDocumentText } from './read-text.ts'
import { TOO_MUCH } from './refused-document.ts'

process.on('message', async (text) => {
  const read = await readDocumentText(String(text)).catch((error: unknown) => {
    if (error instanceof RangeError) return TOO_MUCH
    throw error
  })
  process.send?.(read)
})
