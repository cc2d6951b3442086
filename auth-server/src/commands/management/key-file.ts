// Keys and other settings that commands read from files.
import { readFile } from 'node:fs/promises'
import { type Recipient, UnfitKey } from '../../identity/migration/recipient.ts'
import { Mistake } from './mistake.ts'

export function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Mistake(`${file} cannot be read (${error.code ?? error.message}).`)
  })
}

/** @param read what makes a key of the text. @throws {Mistake} that says why it is no such key */
export async function readKey(file: string, read: (text: string) => Promise<Recipient>): Promise<Recipient> {
  return read(await readText(file)).catch((error: unknown) => {
    throw error instanceof UnfitKey ? new Mistake(`${file} ${error.message}.`) : error
  })
}
