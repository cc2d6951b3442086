// An entry of a file as a row to be stored, or what is wrong with it.
import { UnusableHash } from '../../crypto/imported/hash.ts'
import { randomId } from '../../crypto/random.ts'
import type { KnownSecrets } from '../../crypto/secrets.ts'
import type { ImportedBelongings, ImportedPerson } from '../../store/queries/import-people.ts'
import type { AddressProof } from '../../store/tables/email-addresses.ts'
import { keepImported } from '../password.ts'
import { sealTotpSecret } from '../second-factors/totp.ts'
import type { BelongingRules, CheckedBelongings } from './belongings.ts'
import type { Item } from './items.ts'
import { type CheckedPerson, checkPerson, WrongEntry } from './person.ts'
import { SOURCES, type SourceName, type SourceSettings } from './sources.ts'

/** How people are kept. */
interface Keeping {
  readonly passwordPepper: string
  readonly keyEncryptionKeys: KnownSecrets
  /** Whether what the other system says of an address is believed. */
  readonly trustVerified: boolean
}

export interface EntrySettings extends Keeping, SourceSettings {
  readonly source: SourceName
  readonly rules: BelongingRules
}

export interface Candidate {
  readonly place: string
  readonly person: CheckedPerson
  readonly row: ImportedPerson
}

export interface Wrong {
  readonly place: string
  readonly problem: string
}

/** Somebody to import, or what is wrong with them. */
export async function readEntry(item: Item, settings: EntrySettings): Promise<Candidate | Wrong> {
  const { place } = item
  if ('problem' in item) return item
  if ('text' in item) return { place, problem: 'is no JSON' }
  try {
    const person = checkPerson(SOURCES[settings.source].read(item.value, settings), settings.rules)
    return { place, person, row: await rowOf(person, settings) }
  } catch (error) {
    if (error instanceof UnusableHash) return { place, problem: `has a password hash that ${error.message}` }
    if (error instanceof WrongEntry) return { place, problem: error.message }
    throw error
  }
}

export async function rowOf(person: CheckedPerson, keeping: Keeping): Promise<ImportedPerson> {
  const stored = person.hash && (await keepImported(keeping.passwordPepper, person.hash))
  const { email, emailKey, claims, isVerified, isSuspended } = person
  return {
    ...{ id: person.id ?? randomId('usr'), email, emailKey, claims },
    proof: proofOf(isVerified, keeping),
    name: person.name ?? null,
    language: person.language ?? null,
    status: isSuspended ? 'suspended' : 'active',
    hash: stored?.hash ?? null,
    pepperId: stored?.pepperId ?? null,
    belongings: await kept(person.belongings, keeping),
  }
}

function proofOf(isVerified: boolean, { trustVerified }: Keeping): AddressProof {
  return isVerified && trustVerified ? 'verified' : 'imported'
}

async function kept({ totp, ...all }: CheckedBelongings, keeping: Keeping): Promise<ImportedBelongings> {
  const { addresses, groups, identities, registrations } = all
  const id = randomId('authenticator')
  const sealed = totp && (await sealTotpSecret(totp, keeping.keyEncryptionKeys, id))
  return {
    addresses: addresses.map(({ isVerified, ...one }) => ({ ...one, proof: proofOf(isVerified, keeping) })),
    ...{ groups, identities, registrations },
    totp: sealed ? { id, sealed: sealed.toString('base64') } : null,
  }
}
