// A person as a file of another system tells of them, whatever the system.
import type { ImportedHash } from '../../crypto/imported/hash.ts'
import { oneLine } from '../../http/one-line.ts'
import { isLanguage, type Language } from '../../pages/language.ts'
import type { StandardClaims } from '../../store/standard-claims.ts'
import { emailKey } from '../email.ts'
import { MAX_NAME_LENGTH } from '../person-name.ts'
import { type ClaimFieldName, changedClaims, isClaimField, readClaimText } from '../standard-claims.ts'
import { type BelongingRules, type CheckedBelongings, checkBelongings, type SourceBelongings } from './belongings.ts'

/** What a source reads of an entry. Texts are as they stand there; what is not there is undefined. */
export interface SourcePerson {
  /** Of a server of ours. */
  readonly id?: string | undefined
  readonly email: string | undefined
  readonly isVerified: boolean
  readonly name?: string | undefined
  readonly language?: string | undefined
  /** By the names of OpenID Connect, parts of an address as `address.locality`. */
  readonly claims?: Readonly<Record<string, string | undefined>>
  readonly isSuspended?: boolean
  readonly hash: ImportedHash | undefined
  readonly belongings?: SourceBelongings
}

/** A person as they are stored. */
export interface CheckedPerson {
  readonly id: string | undefined
  readonly email: string
  readonly emailKey: string
  readonly isVerified: boolean
  readonly name: string | undefined
  readonly language: Language | undefined
  readonly claims: StandardClaims
  readonly isSuspended: boolean
  readonly hash: ImportedHash | undefined
  readonly belongings: CheckedBelongings
  /** What was left out of it, because nobody could have typed it here. */
  readonly leftOut: readonly string[]
}

/** What is wrong with an entry; the message ends a sentence that begins with its place in the file. */
export class WrongEntry extends Error {
  override name = 'WrongEntry'
}

const ID = /^usr_[\w-]{22}$/

/** @throws {WrongEntry} */
export function checkPerson(person: SourcePerson, rules: BelongingRules): CheckedPerson {
  const { id, email, isVerified, isSuspended = false, hash, claims = {} } = person
  if (email === undefined || email.trim() === '')
    throw new WrongEntry('has no e-mail address, and here people sign in with one')
  const key = emailKey(email)
  if (key === undefined) throw new WrongEntry('has an e-mail address that is none')
  if (id !== undefined && !ID.test(id)) throw new WrongEntry('has an id that is none of a server of this kind (usr_…)')
  const leftOut: string[] = []
  const answers = new Map<ClaimFieldName, string>()
  for (const [name, typed] of Object.entries(claims)) {
    if (typed === undefined || typed.trim() === '' || !isClaimField(name)) continue
    const text = readClaimText(name, typed)
    if (text === undefined) leftOut.push(name)
    else answers.set(name, text)
  }
  const { name: givenName = '', language: tag = '' } = person
  // Some systems put the address where there is no name.
  const typedName = givenName.trim() === '' || emailKey(givenName) === key ? undefined : givenName
  const name = typedName === undefined ? undefined : oneLine(typedName, MAX_NAME_LENGTH)
  if (typedName !== undefined && name === undefined) leftOut.push('name')
  const [language = ''] = tag.toLowerCase().split(/[-_]/)
  return {
    ...{ id, email: email.trim(), emailKey: key, isVerified, isSuspended, hash, leftOut, name },
    belongings: checkBelongings(person.belongings ?? {}, key, rules),
    language: isLanguage(language) ? language : undefined,
    claims: Object.fromEntries(Object.entries(changedClaims({}, answers)).filter(([, value]) => value !== undefined)),
  }
}
