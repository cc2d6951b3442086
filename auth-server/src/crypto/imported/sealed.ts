// How the hash of another system is stored until its person signs in: sealed with the pepper, with its cost beside it.
import { hkdf } from '../digest.ts'
import { seal, unseal } from '../seal.ts'
import { costOf, type ImportedHash } from './hash.ts'

/** No hash of ours begins so. */
const PREFIX = 'imported:'

function keyOf(pepper: string): string {
  return hkdf(Buffer.from(pepper, 'utf8'), '', 'imported password', 32).toString('base64url')
}

/** Whoever has the database without the pepper cannot guess at it. @throws {UnusableHash} */
export async function sealImported(pepper: string, hash: ImportedHash): Promise<string> {
  const sealed = await seal(Buffer.from(JSON.stringify(hash), 'utf8'), [keyOf(pepper)])
  return `${PREFIX}${costOf(hash)}:${sealed}`
}

export function isImported(stored: string): boolean {
  return stored.startsWith(PREFIX)
}

/** Undefined where it was sealed with a pepper that nobody knows any more. */
export async function openImported(pepper: string, stored: string): Promise<ImportedHash | undefined> {
  const sealed = stored.slice(stored.indexOf(':', PREFIX.length) + 1)
  try {
    return JSON.parse(Buffer.from(await unseal(sealed, [keyOf(pepper)])).toString('utf8'))
  } catch {
    return undefined
  }
}
