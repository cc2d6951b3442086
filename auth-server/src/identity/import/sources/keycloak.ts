// Keycloak: the users of a realm's export, with PBKDF2 or Argon2 in credentialData and secretData.

import { fromBase32 } from '../../../crypto/base32.ts'
import { costOf, type ImportedHash, UnusableHash } from '../../../crypto/imported/hash.ts'
import { base64, digestOf } from '../../../crypto/imported/read.ts'
import type { SourceBelongings } from '../belongings.ts'
import { joined, listAt, numberAt, parsedAt, textAt, textsAt, valueAt } from '../fields.ts'
import type { SourcePerson } from '../person.ts'

/** @throws {UnusableHash} */
export function readKeycloak(value: unknown): SourcePerson {
  const [given, family] = [textAt(value, 'firstName'), textAt(value, 'lastName')]
  const [locale] = listAt(value, 'attributes', 'locale')
  const password = listAt(value, 'credentials').find((one) => textAt(one, 'type') === 'password')
  return {
    email: textAt(value, 'email'),
    isVerified: valueAt(value, 'emailVerified') === true,
    name: joined(given, family),
    language: typeof locale === 'string' ? locale : undefined,
    claims: { given_name: given, family_name: family },
    isSuspended: valueAt(value, 'enabled') === false,
    hash: password === undefined ? undefined : hashOf(password),
    belongings: belongingsOf(value),
  }
}

function belongingsOf(value: unknown): SourceBelongings {
  const credentials = listAt(value, 'credentials')
  const countOf = (type: string) => credentials.filter((one) => textAt(one, 'type')?.startsWith(type)).length
  return {
    groups: textsAt(value, 'groups'),
    identities: listAt(value, 'federatedIdentities').map((one) => ({
      provider: textAt(one, 'identityProvider') ?? '',
      subject: textAt(one, 'userId') ?? '',
    })),
    totps: credentials.filter((one) => textAt(one, 'type') === 'otp').map(totpOf),
    stays: { passkeys: countOf('webauthn'), 'recovery codes': countOf('recovery-authn-codes') },
  }
}

/** The secret of an app is a text, whose bytes are the key, unless it says otherwise. */
function totpOf(credential: unknown): Uint8Array | undefined {
  const data = parsedAt(credential, 'credentialData')
  const secret = textAt(parsedAt(credential, 'secretData'), 'value')
  const isUsual =
    (textAt(data, 'subType') ?? 'totp') === 'totp' &&
    (numberAt(data, 'digits') ?? 6) === 6 &&
    (numberAt(data, 'period') ?? 30) === 30 &&
    (textAt(data, 'algorithm') ?? 'HmacSHA1') === 'HmacSHA1'
  if (!isUsual || secret === undefined) return undefined
  return textAt(data, 'secretEncoding') === 'BASE32' ? fromBase32(secret) : Buffer.from(secret, 'utf8')
}

/** JSON within JSON, as newer exports have it. */
function parsed(value: unknown, name: string): unknown {
  const found = parsedAt(value, name)
  if (found === undefined && textAt(value, name) !== undefined) throw new UnusableHash(`has ${name} that is no JSON`)
  return found
}

function hashOf(credential: unknown): ImportedHash {
  const [data, secret] = [parsed(credential, 'credentialData'), parsed(credential, 'secretData')]
  // What somebody types into the file by hand is the password itself.
  if (secret === undefined) throw new UnusableHash('is not in the file: export the realm with its credentials')
  const [algorithm = '', iterations = 0] = [textAt(data, 'algorithm'), numberAt(data, 'hashIterations')]
  const [salt, key] = [base64(textAt(secret, 'salt') ?? ''), base64(textAt(secret, 'value') ?? '')]
  const hash = algorithm === 'argon2' ? argon2(data, iterations, salt, key) : pbkdf2(algorithm, iterations, salt, key)
  costOf(hash)
  return hash
}

function pbkdf2(algorithm: string, iterations: number, salt: string, key: string): ImportedHash {
  const [, digest = 'sha1'] = /^pbkdf2(?:-(\w+))?$/.exec(algorithm) ?? []
  if (!algorithm.startsWith('pbkdf2'))
    throw new UnusableHash(`is ${JSON.stringify(algorithm.slice(0, 40))}, which is neither pbkdf2 nor argon2`)
  return { kind: 'pbkdf2', digest: digestOf(digest), iterations, salt, key }
}

const VERSIONS: Readonly<Record<string, number>> = { '1.0': 16, '1.3': 19 }

function argon2(data: unknown, passes: number, salt: string, key: string): ImportedHash {
  const [type] = listAt(data, 'additionalParameters', 'type')
  const [version] = listAt(data, 'additionalParameters', 'version')
  const memory = numberAt(data, 'additionalParameters', 'memory')
  const lanes = numberAt(data, 'additionalParameters', 'parallelism')
  const bare = [salt, key].map((text) => Buffer.from(text, 'base64url').toString('base64').replaceAll('=', ''))
  const parameters = `m=${memory},t=${passes},p=${lanes}`
  return { kind: 'argon2', encoded: `$argon2${type}$v=${VERSIONS[String(version)]}$${parameters}$${bare.join('$')}` }
}
