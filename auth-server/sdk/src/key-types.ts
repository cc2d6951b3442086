// The keys that signatures are made with: per type its public members, and the algorithms it can be for (RFC 7518 §6, RFC 8037 §2). Pure.
import { namesOf } from './algorithm.ts'

/** What there is to know about one type of key (`kty`). */
export interface KeyType {
  /** Public members, beside `kty`. */
  readonly members: readonly string[]
  /** Algorithms by curve, as their usual names. A type without curves has one entry, `undefined`. */
  readonly algorithms: ReadonlyMap<unknown, readonly string[]>
}

const KEY_TYPES: ReadonlyMap<unknown, KeyType> = new Map<unknown, KeyType>([
  [
    'EC',
    {
      members: ['crv', 'x', 'y'],
      algorithms: new Map([
        ['P-256', ['ES256']],
        ['P-384', ['ES384']],
        ['P-521', ['ES512']],
      ]),
    },
  ],
  [
    'RSA',
    {
      members: ['n', 'e'],
      algorithms: new Map([[undefined, ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']]]),
    },
  ],
  ['OKP', { members: ['crv', 'x'], algorithms: new Map([['Ed25519', ['EdDSA']]]) }],
])

/** Every asymmetric algorithm, by each of its names. A MAC and `none` are not among them: everybody can make those. */
export const SIGNATURE_ALGORITHMS: readonly string[] = [...KEY_TYPES.values()].flatMap(({ algorithms }) =>
  [...algorithms.values()].flat().flatMap(namesOf),
)

/** The type that a key says it is of; undefined for one that verifies no signatures. */
export function keyTypeOf(jwk: { readonly kty?: unknown }): KeyType | undefined {
  return KEY_TYPES.get(jwk.kty)
}

/** The algorithms that a key can be for; none for a key on a curve that is not known here. */
export function algorithmsOf(jwk: { readonly kty?: unknown; readonly crv?: unknown }): readonly string[] {
  const { algorithms } = keyTypeOf(jwk) ?? {}
  return algorithms?.get(algorithms.has(undefined) ? undefined : jwk.crv) ?? []
}
