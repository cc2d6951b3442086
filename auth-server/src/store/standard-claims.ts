// What people say of themselves, by the names of OpenID Connect Core §5.1: stored with the person, told to apps by scope or by name.

/** OpenID Connect Core §5.1.1, without `formatted`, which is made of the rest. */
export interface PostalAddress {
  /** Lines. */
  readonly street_address?: string
  readonly locality?: string
  readonly region?: string
  readonly postal_code?: string
  /** ISO 3166-1 alpha-2. */
  readonly country?: string
}

/** Those of its claims that stand with a person under these names; what nobody has said is not there. */
export interface StandardClaims {
  readonly given_name?: string
  readonly middle_name?: string
  readonly family_name?: string
  readonly nickname?: string
  readonly preferred_username?: string
  /** YYYY-MM-DD */
  readonly birthdate?: string
  readonly gender?: string
  /** Of the IANA database. */
  readonly zoneinfo?: string
  readonly website?: string
  readonly profile?: string
  readonly picture?: string
  /** E.164 */
  readonly phone_number?: string
  readonly address?: PostalAddress
}
