// Exports people with their hashes to whoever holds a private key: portion by portion, in the form that an import reads.

import { BY_COMMAND } from '../../audit/context.ts'
import { record } from '../../audit/record.ts'
import { toBase32 } from '../../crypto/base32.ts'
import { type WrittenHash, writeHash } from '../../crypto/imported/write.ts'
import type { KnownSecrets } from '../../crypto/secrets.ts'
import type { Db } from '../../store/database.ts'
import { type MovedPerson, readMovedPeople } from '../../store/queries/export-people.ts'
import { hashToMove, type Peppers } from '../password.ts'
import { openTotpSecret } from '../second-factors/totp.ts'
import { lineOf } from './line.ts'
import { sealPortion } from './portion.ts'
import type { Recipient } from './recipient.ts'

/** In one line of the file. */
const PORTION = 500

export interface ExportSettings {
  readonly peppers: Peppers
  /** By which secrets of authenticator apps are sealed. */
  readonly keyEncryptionKeys: KnownSecrets
  readonly recipient: Recipient
  /** Takes a line; resolved when there is room for the next. */
  readonly write: (line: string) => Promise<void>
}

export interface ExportCounts {
  people: number
  hashes: number
  /** Hashes whose pepper nobody knows any more; their people come without. */
  lost: number
}

/** Nothing leaves before the audit log has it for whom. */
export async function exportPeople(
  db: Db,
  { recipient, write, ...keys }: ExportSettings,
): Promise<Readonly<ExportCounts>> {
  const counts: ExportCounts = { people: 0, hashes: 0, lost: 0 }
  const key = `key ${recipient.thumbprint}`
  const note = (outcome: 'hashes-export-begun' | 'hashes-exported', ...after: readonly string[]) =>
    record(db, { type: 'people', outcome, change: { before: [], after: [key, ...after] } }, BY_COMMAND)
  await note('hashes-export-begun')
  let part = 0
  let after = ''
  for (;;) {
    const people = await readMovedPeople(db, { after, limit: PORTION })
    const lines: string[] = []
    for (const person of people) lines.push(JSON.stringify(await lineWithSecrets(person, keys, counts)))
    const isLast = people.length < PORTION
    await write(await sealPortion(lines.join('\n'), { recipient, part: ++part, isLast }))
    if (isLast) break
    after = people.at(-1)?.id ?? ''
  }
  await note('hashes-exported', `people ${counts.people}`, `hashes ${counts.hashes}`)
  return counts
}

async function lineWithSecrets(
  person: MovedPerson,
  { peppers, keyEncryptionKeys }: Pick<ExportSettings, 'peppers' | 'keyEncryptionKeys'>,
  counts: ExportCounts,
): Promise<object> {
  const { password, totp } = person
  counts.people++
  let written: WrittenHash | undefined
  if (password) {
    const hash = await hashToMove(peppers, password)
    written = hash && writeHash(hash)
    if (written) counts.hashes++
    else counts.lost++
  }
  const secret = totp && (await openTotpSecret(Buffer.from(totp.sealed), keyEncryptionKeys, totp.id))
  return { ...lineOf(person), ...written, ...(secret && { totp_secret: toBase32(secret) }) }
}
