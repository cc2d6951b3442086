// The scopes of OpenID Connect, and the claims that each one opens (OpenID Connect Core §5.4).
import type { AskedClaim } from '../store/asked-claims.ts'
import type { AllowedScopes, PersonClaims } from '../store/queries/claims.ts'

interface OpenIdScopeRow {
  readonly claims: readonly (keyof PersonClaims)[]
  /** Counted up when the scope comes to open more: whoever has allowed less is asked again. One, unless told. */
  readonly meaning?: number
  /** What it opens for those who have not been asked again yet. */
  readonly before?: readonly (keyof PersonClaims)[]
}

export const OPENID_SCOPES = {
  openid: { claims: ['sub'] },
  profile: {
    claims: [
      'name',
      'family_name',
      'given_name',
      'middle_name',
      'nickname',
      'preferred_username',
      'profile',
      'picture',
      'website',
      'gender',
      'birthdate',
      'zoneinfo',
      'locale',
      'updated_at',
    ],
    meaning: 2,
    before: ['name', 'updated_at'],
  },
  email: { claims: ['email', 'email_verified'] },
  address: { claims: ['address'] },
  phone: { claims: ['phone_number', 'phone_number_verified'] },
  offline_access: { claims: [] },
} as const satisfies Record<string, OpenIdScopeRow>

export type OpenIdScope = keyof typeof OPENID_SCOPES

/** A claim about a person that a scope opens, beside `sub`. */
export type PersonClaim = Exclude<(typeof OPENID_SCOPES)[OpenIdScope]['claims'][number], 'sub'>

const PERSON_CLAIMS: ReadonlySet<string> = new Set(
  Object.values(OPENID_SCOPES).flatMap(({ claims }): readonly string[] => claims.filter((claim) => claim !== 'sub')),
)

/** Whether a scope is one of OpenID Connect's, which every application may ask for. */
export function isOpenIdScope(scope: string): scope is OpenIdScope {
  return Object.hasOwn(OPENID_SCOPES, scope)
}

/** Whether a claim is one about a person that scopes open. */
export function isPersonClaim(name: string): name is PersonClaim {
  return PERSON_CLAIMS.has(name)
}

/**
 * What a set of scopes opens of a person, and what was asked for by name (§5.5); what the person does not have is left
 * out, not sent empty (§5.3.2), and so is what has another value than the app wants, unless a scope opens it.
 * @param allowed by the person, where the app needs that
 */
export function openedBy(
  scopes: readonly string[],
  person: PersonClaims,
  asked: Readonly<Record<string, AskedClaim>> = {},
  allowed: AllowedScopes | null = null,
): Readonly<Record<string, unknown>> {
  const opened = claimsOf(scopes, allowed)
  const isTold = (name: string, value: unknown) =>
    opened.has(name) || (Object.hasOwn(asked, name) && (asked[name]?.values?.some((one) => one === value) ?? true))
  return Object.fromEntries(
    Object.entries(person).filter(
      ([name, value]) => (name === 'sub' || isPersonClaim(name)) && value !== null && isTold(name, value),
    ),
  )
}

/** What scopes that came to open more mean today, as it is kept with what people allow. */
export function meaningsOf(scopes: readonly string[]): readonly string[] {
  return scopes.filter(isOpenIdScope).flatMap((scope) => {
    const { meaning = 1 }: OpenIdScopeRow = OPENID_SCOPES[scope]
    return meaning > 1 ? [`${scope}:${meaning}`] : []
  })
}

/** The claims that a set of scopes opens; for who has allowed less than one means today, what it meant then. */
export function claimsOf(scopes: readonly string[], allowed: AllowedScopes | null = null): ReadonlySet<string> {
  return new Set(
    scopes.filter(isOpenIdScope).flatMap((scope) => {
      const { claims, before = claims }: OpenIdScopeRow = OPENID_SCOPES[scope]
      const isOutgrown =
        allowed?.scopes.includes(scope) && !meaningsOf([scope]).every((meaning) => allowed.meanings.includes(meaning))
      return isOutgrown ? before : claims
    }),
  )
}
