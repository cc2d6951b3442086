// Keys, documents and settings that commands read from files.
import { readTextFile } from '@mobile-api-gateway/sdk/text-file.ts'
import { type Recipient, UnfitKey } from '../../identity/migration/recipient.ts'
import { Mistake } from './mistake.ts'

/** @throws {Mistake} that says why it cannot be read */
export function readText(file: string): Promise<string> {
  return readTextFile(file).catch((error: Error) => {
    throw new Mistake(error.message)
  })
}

/** @param read what makes a key of the text. @throws {Mistake} that says why it is no such key */
export async function readKey(file: string, read: (text: string) => Promise<Recipient>): Promise<Recipient> {
  return read(await readText(file)).catch((error: unknown) => {
    throw error instanceof UnfitKey ? new Mistake(`${file} ${error.message}.`) : error
  })
}
