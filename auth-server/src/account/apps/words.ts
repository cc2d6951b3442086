// What an app may do, in words.
import { isOpenIdScope } from '../../catalogue/openid-scopes.ts'
import type { Texts } from '../../pages/locales/en.ts'
import type { Access } from '../../store/queries/access.ts'

/** As the page had it that asked for it. */
export function accessInWords({ scopes, words }: Pick<Access, 'scopes' | 'words'>, texts: Texts): readonly string[] {
  return [...scopes.filter(isOpenIdScope).map((scope) => texts.consent.openIdScopes[scope]), ...words]
}
