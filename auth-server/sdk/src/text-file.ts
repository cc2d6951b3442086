// Text files of people: what is in another encoding than UTF-8 is refused, since reading it as that damages it.
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'

/** A file that cannot be read as text; the message names it and says why. */
export class UnreadableFile extends Error {
  override name = 'UnreadableFile'
}

/** @throws {UnreadableFile} when it is not there, is no file or not in UTF-8 */
export async function readTextFile(file: string): Promise<string> {
  return textOfFile(
    file,
    await readFile(file).catch((error) => {
      throw unreadable(file, error)
    }),
  )
}

/** As `readTextFile`. */
export function readTextFileSync(file: string): string {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(file)
  } catch (error) {
    throw unreadable(file, error)
  }
  return textOfFile(file, bytes)
}

/** With the mark at its beginning, where it has one. */
function textOfFile(file: string, bytes: Uint8Array): string {
  const text = decodeText(bytes)
  if (text === undefined) throw new UnreadableFile(`${file} is not in UTF-8.`)
  return text
}

/** Undefined for what is not in UTF-8: UTF-16 without a mark would be, but has a zero beside each letter. */
export function decodeText(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** What the system said of a file, by its name: of a folder, for example, the system does not say which it is. */
export function unreadable(file: string, error: unknown): UnreadableFile {
  const why = error instanceof Error && 'code' in error ? error.code : error
  return new UnreadableFile(`${file} cannot be read (${why}).`, { cause: error })
}
