// Supabase, Django and Kratos, whose hashes are texts that say what they are.

import { fromBase32 } from '../../../crypto/base32.ts'
import type { ImportedHash } from '../../../crypto/imported/hash.ts'
import { readHash } from '../../../crypto/imported/read.ts'
import { isTrueAt, joined, listAt, textAt, textsAt, valueAt } from '../fields.ts'
import type { SourcePerson } from '../person.ts'

function hashOf(text: string | undefined): ImportedHash | undefined {
  return text === undefined ? undefined : readHash(text)
}

/** Rows of `auth.users` (GoTrue), as JSON. @throws {UnusableHash} */
export function readSupabase(value: unknown): SourcePerson {
  const said = valueAt(value, 'raw_user_meta_data')
  const banned = textAt(value, 'banned_until')
  const factors = listAt(value, 'factors')
  return {
    email: textAt(value, 'email'),
    isVerified: textAt(value, 'email_confirmed_at') !== undefined,
    name: textAt(said, 'full_name') ?? textAt(said, 'name'),
    claims: { picture: textAt(said, 'avatar_url'), phone_number: phoneOf(textAt(value, 'phone')) },
    isSuspended: textAt(value, 'deleted_at') !== undefined || (banned !== undefined && Date.parse(banned) > Date.now()),
    hash: hashOf(textAt(value, 'encrypted_password')),
    belongings: {
      identities: listAt(value, 'identities')
        .filter((one) => textAt(one, 'provider') !== 'email' && textAt(one, 'provider') !== 'phone')
        .map((one) => ({ provider: textAt(one, 'provider') ?? '', subject: textAt(one, 'provider_id') ?? '' })),
      totps: factors
        .filter((one) => textAt(one, 'factor_type') === 'totp')
        .map((one) => fromBase32(textAt(one, 'secret') ?? '')),
      stays: {
        passkeys: factors.filter((one) => textAt(one, 'factor_type') === 'webauthn').length,
        phones: factors.filter((one) => textAt(one, 'factor_type') === 'phone').length,
      },
    },
  }
}

/** GoTrue leaves the plus away. */
function phoneOf(digits: string | undefined): string | undefined {
  return digits === undefined || digits.startsWith('+') ? digits : `+${digits}`
}

/** `manage.py dumpdata auth.user`; of a project's own model of users as well. @throws {UnusableHash} */
export function readDjango(value: unknown): SourcePerson {
  const fields = valueAt(value, 'fields') ?? value
  const [given, family] = [textAt(fields, 'first_name'), textAt(fields, 'last_name')]
  const password = textAt(fields, 'password')
  return {
    email: textAt(fields, 'email'),
    // Django itself asks nobody for a proof.
    isVerified: isTrueAt(fields, 'email_verified'),
    name: joined(given, family),
    claims: { given_name: given, family_name: family },
    isSuspended: valueAt(fields, 'is_active') === false,
    // Nobody can sign in with what begins so.
    hash: password?.startsWith('!') ? undefined : hashOf(password),
    // By name with --natural-foreign, otherwise numbers that say nothing.
    belongings: { groups: listAt(fields, 'groups').map(groupOf) },
  }
}

function groupOf(one: unknown): string {
  const [name] = [one].flat()
  return typeof name === 'string' ? name : ''
}

/** Identities of Ory Kratos with their credentials. @throws {UnusableHash} */
export function readKratos(value: unknown): SourcePerson {
  const email = textAt(value, 'traits', 'email')
  const addresses = [...listAt(value, 'verifiable_addresses')]
  const [given, family] = [textAt(value, 'traits', 'name', 'first'), textAt(value, 'traits', 'name', 'last')]
  return {
    email,
    isVerified: addresses.some((one) => isTrueAt(one, 'verified') && textAt(one, 'value') === email),
    name: textAt(value, 'traits', 'name') ?? joined(given, family),
    claims: { given_name: given, family_name: family },
    isSuspended: textAt(value, 'state') === 'inactive',
    hash: hashOf(textAt(value, 'credentials', 'password', 'config', 'hashed_password')),
    belongings: {
      addresses: addresses
        .filter((one) => textAt(one, 'via') === 'email')
        .map((one) => ({ email: textAt(one, 'value') ?? '', isVerified: isTrueAt(one, 'verified') })),
      identities: textsAt(value, 'credentials', 'oidc', 'identifiers').map((text) => {
        const [provider = '', ...subject] = text.split(':')
        return { provider, subject: subject.join(':') }
      }),
      totps: valueAt(value, 'credentials', 'totp') === undefined ? [] : [totpOf(value)],
      stays: {
        passkeys: ['webauthn', 'passkey'].flatMap((kind) => listAt(value, 'credentials', kind, 'config', 'credentials'))
          .length,
        'recovery codes': valueAt(value, 'credentials', 'lookup_secret') === undefined ? 0 : 1,
      },
    },
  }
}

/** As the address of a QR code says it. */
function totpOf(value: unknown): Uint8Array | undefined {
  const text = textAt(value, 'credentials', 'totp', 'config', 'totp_url') ?? ''
  const url = URL.canParse(text) ? new URL(text) : undefined
  const said = (name: string, usual: string) => (url?.searchParams.get(name) ?? usual).toUpperCase() === usual
  if (url?.host !== 'totp' || !said('algorithm', 'SHA1') || !said('digits', '6') || !said('period', '30'))
    return undefined
  return fromBase32(url.searchParams.get('secret') ?? '')
}
