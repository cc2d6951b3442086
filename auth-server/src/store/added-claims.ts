// What a login's tokens say beyond the server's own claims, as it is stored.

/** Claims by name, as they stand in a token. */
export type ClaimSet = Readonly<Record<string, unknown>>

/** By the token that says them; the ID token's are told at userinfo, too. Made by `addClaims` of tokens/ alone. */
export interface AddedClaims {
  readonly access_token?: ClaimSet
  readonly id_token?: ClaimSet
}

/** Names of claims, by the token that says them. */
export type ClaimNames = Readonly<{ [Token in keyof AddedClaims]: readonly string[] }>
