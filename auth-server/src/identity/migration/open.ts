// Opens the portions of an export with hashes: a JWE in each line, people in each JWE.
import { CompactEncrypt, compactDecrypt } from 'jose'
import { type Item, itemsOf } from '../import/items.ts'
import { WrongEntry } from '../import/person.ts'
import { type Recipient, readRecipientsKey } from './recipient.ts'

const CONTENT_TYPE = 'application/x-ndjson'
const JWE = /^ey[\w-]+\.[\w-]+\.[\w-]+\.[\w-]+\.[\w-]+$/

/** People as one line of a file. */
export function sealPortion(lines: string, { alg, key, thumbprint }: Recipient): Promise<string> {
  return new CompactEncrypt(Buffer.from(lines, 'utf8'))
    .setProtectedHeader({ alg, enc: 'A256GCM', kid: thumbprint, cty: CONTENT_TYPE })
    .encrypt(key)
}

/** What opens them, with a private key (JWK). @param keyText undefined where none was given */
export function keyOpener(keyText: string | undefined): (text: string) => Promise<readonly Item[]> {
  const key = keyText === undefined ? undefined : readRecipientsKey(keyText)
  // Told where it is used, or by whoever awaits it first.
  key?.catch(() => {})
  return async (text) => {
    if (!JWE.test(text)) throw new WrongEntry('is no JSON')
    if (!key) throw new WrongEntry('is encrypted: name the file of the private key with --key')
    const lines = await openPortion(text, await key)
    const items: Item[] = []
    for await (const item of itemsOf(once(lines), []))
      items.push({ ...item, place: item.place.replace('line', 'person') })
    return items
  }
}

async function openPortion(text: string, { alg, key }: Recipient): Promise<string> {
  try {
    const options = { keyManagementAlgorithms: [alg], contentEncryptionAlgorithms: ['A256GCM'] }
    const { plaintext } = await compactDecrypt(text, key, options)
    return Buffer.from(plaintext).toString('utf8')
  } catch {
    throw new WrongEntry('is encrypted for another key, or was changed')
  }
}

async function* once(text: string): AsyncGenerator<string> {
  yield text
}
