// What an app may do, in words.
import { claimsOf, isOpenIdScope, isPersonClaim } from '../../catalogue/openid-scopes.ts'
import type { Texts } from '../../pages/locales/en.ts'
import type { Access } from '../../store/queries/access.ts'

/** As the page had it that asked for it. */
export function accessInWords(
  { scopes, claims, words }: Pick<Access, 'scopes' | 'claims' | 'words'>,
  texts: Texts,
): readonly string[] {
  const opened = claimsOf(scopes)
  const beside = claims.filter(isPersonClaim).filter((claim) => !opened.has(claim))
  return [
    ...scopes.filter(isOpenIdScope).map((scope) => texts.consent.openIdScopes[scope]),
    ...new Set(beside.map((claim) => texts.claims.toSee[claim])),
    ...words,
  ]
}
