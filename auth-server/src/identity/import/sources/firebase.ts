// Firebase: what `firebase auth:export users.json` writes, with the hash parameters of its project.
import { costOf, type ImportedHash, UnusableHash } from '../../../crypto/imported/hash.ts'
import { base64 } from '../../../crypto/imported/read.ts'
import { isTrueAt, listAt, textAt } from '../fields.ts'
import type { SourcePerson } from '../person.ts'

/** As the console of Firebase shows them. */
export interface FirebaseParameters {
  readonly signerKey: string
  readonly saltSeparator: string
  readonly rounds: number
  readonly memCost: number
}

/** Reads what the console shows under "Password hash parameters". Undefined where something of it is missing. */
export function readFirebaseParameters(text: string): FirebaseParameters | undefined {
  const found = (name: string) => new RegExp(`["']?${name}["']?\\s*[:=]\\s*["']?([\\w+/=-]+)`).exec(text)?.[1]
  const [signerKey, saltSeparator] = [found('base64_signer_key'), found('base64_salt_separator')]
  const [rounds, memCost] = [Number(found('rounds')), Number(found('mem_cost'))]
  if (signerKey === undefined || saltSeparator === undefined || !(rounds > 0) || !(memCost > 0)) return undefined
  return { signerKey: base64(signerKey), saltSeparator: base64(saltSeparator), rounds, memCost }
}

/** @throws {UnusableHash} */
export function readFirebase(value: unknown, parameters: FirebaseParameters | undefined): SourcePerson {
  return {
    email: textAt(value, 'email'),
    isVerified: isTrueAt(value, 'emailVerified'),
    name: textAt(value, 'displayName'),
    claims: { picture: textAt(value, 'photoUrl'), phone_number: textAt(value, 'phoneNumber') },
    isSuspended: isTrueAt(value, 'disabled'),
    hash: hashOf(value, parameters),
    belongings: {
      identities: listAt(value, 'providerUserInfo').flatMap((one) => {
        const provider = textAt(one, 'providerId') ?? ''
        return provider === 'password' || provider === 'phone'
          ? []
          : [{ provider, subject: textAt(one, 'rawId') ?? '' }]
      }),
      stays: { phones: listAt(value, 'mfaInfo').length },
    },
  }
}

function hashOf(value: unknown, parameters: FirebaseParameters | undefined): ImportedHash | undefined {
  const key = textAt(value, 'passwordHash')
  if (key === undefined) return undefined
  if (!parameters)
    throw new UnusableHash(
      'needs the hash parameters of its project: name the file that has them with --firebase-parameters',
    )
  const hash = {
    kind: 'firebase-scrypt',
    ...parameters,
    salt: base64(textAt(value, 'salt') ?? ''),
    key: base64(key),
  } as const
  costOf(hash)
  return hash
}
