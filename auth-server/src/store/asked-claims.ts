// The claims that an app has asked for by name (OpenID Connect Core §5.5), as a visit and then its login keep them.

/** What is wanted of a claim; with values, it is told only if it has one of them. */
export interface AskedClaim {
  readonly values?: readonly (string | boolean | number)[]
}

/** By the names of claims about a person; nothing else is kept. */
export interface AskedClaims {
  readonly id_token?: Readonly<Record<string, AskedClaim>>
  readonly userinfo?: Readonly<Record<string, AskedClaim>>
}

/** The names of all of them. */
export function namesOf(asked: AskedClaims | null | undefined): readonly string[] {
  return [...new Set([...Object.keys(asked?.id_token ?? {}), ...Object.keys(asked?.userinfo ?? {})])]
}
