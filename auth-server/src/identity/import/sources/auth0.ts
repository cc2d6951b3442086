// Auth0: the file that its bulk import takes, or its export, with bcrypt or what `custom_password_hash` says.

import { fromBase32 } from '../../../crypto/base32.ts'
import { costOf, type ImportedHash, UnusableHash } from '../../../crypto/imported/hash.ts'
import { digestOf, readHash } from '../../../crypto/imported/read.ts'
import type { SourceBelongings } from '../belongings.ts'
import { isTrueAt, listAt, numberAt, parsedAt, textAt, valueAt } from '../fields.ts'
import type { SourcePerson } from '../person.ts'

/** @throws {UnusableHash} */
export function readAuth0(value: unknown): SourcePerson {
  const text = (name: string) => textAt(value, name)
  return {
    // Exports choose the names of their columns; these are those that Auth0 proposes.
    email: text('email') ?? text('Email'),
    isVerified: isTrueAt(value, 'email_verified') || isTrueAt(value, 'Email Verified'),
    name: text('name') ?? text('Name'),
    claims: {
      given_name: text('given_name'),
      family_name: text('family_name'),
      nickname: text('nickname'),
      picture: text('picture'),
      phone_number: text('phone_number'),
    },
    isSuspended: isTrueAt(value, 'blocked'),
    hash: hashOf(value),
    belongings: belongingsOf(value),
  }
}

function belongingsOf(value: unknown): SourceBelongings {
  const identities = parsedAt(value, 'identities')
  const factors = listAt(value, 'mfa_factors')
  const secrets = factors.map((one) => textAt(one, 'totp', 'secret')).filter((secret) => secret !== undefined)
  return {
    identities: (Array.isArray(identities) ? identities : []).flatMap((one) => {
      // Their own database of users, and codes by mail: that is the account itself.
      const provider = textAt(one, 'provider') ?? ''
      const id = numberAt(one, 'user_id') ?? textAt(one, 'user_id') ?? ''
      return provider === 'auth0' || provider === 'email' ? [] : [{ provider, subject: String(id) }]
    }),
    totps: secrets.map(fromBase32),
    stays: { phones: factors.filter((one) => valueAt(one, 'phone') !== undefined).length },
  }
}

function hashOf(value: unknown): ImportedHash | undefined {
  const plain = textAt(value, 'password_hash') ?? textAt(value, 'passwordHash')
  if (plain !== undefined) return readHash(plain)
  const custom = valueAt(value, 'custom_password_hash')
  if (custom === undefined || custom === null) return undefined
  const algorithm = textAt(custom, 'algorithm') ?? ''
  const text = textAt(custom, 'hash', 'value') ?? ''
  if ((textAt(custom, 'password', 'encoding') ?? 'utf8') !== 'utf8')
    throw new UnusableHash('is of a password in another encoding than UTF-8')
  if (text.startsWith('$')) return readHash(text)
  if (algorithm !== 'pbkdf2' && algorithm !== 'scrypt')
    throw new UnusableHash(
      `is ${JSON.stringify(algorithm.slice(0, 40))} in a form that is not taken: bcrypt, argon2, pbkdf2 and scrypt are`,
    )
  const hash = madeOf(custom, algorithm, { salt: bytesAt(custom, 'salt'), key: bytesAt(custom, 'hash') })
  costOf(hash)
  return hash
}

interface Bytes {
  readonly salt: string
  readonly key: string
}

function madeOf(custom: unknown, algorithm: 'pbkdf2' | 'scrypt', { salt, key }: Bytes): ImportedHash {
  const number = (...names: readonly string[]) =>
    names.map((name) => numberAt(custom, name)).find((found) => found !== undefined)
  if (algorithm === 'pbkdf2') {
    const digest = digestOf(textAt(custom, 'hash', 'digest') ?? textAt(custom, 'digest') ?? '')
    return { kind: 'pbkdf2', digest, iterations: number('iterations') ?? 0, salt, key }
  }
  const [cost, blockSize] = [number('cost', 'N') ?? 16384, number('blockSize', 'r') ?? 8]
  return { kind: 'scrypt', cost, blockSize, parallelization: number('parallelization', 'p') ?? 1, salt, key }
}

const ENCODINGS = ['base64', 'hex', 'utf8'] as const

function bytesAt(custom: unknown, name: 'salt' | 'hash'): string {
  const encoding = textAt(custom, name, 'encoding') ?? (name === 'salt' ? 'utf8' : '')
  const known = ENCODINGS.find((one) => one === encoding)
  const text = textAt(custom, name, 'value') ?? ''
  if (!known || (known === 'hex' && !/^(?:[\da-f]{2})*$/i.test(text)))
    throw new UnusableHash(`has a ${name} whose encoding is none of ${ENCODINGS.join(', ')}`)
  return Buffer.from(text, known).toString('base64url')
}
