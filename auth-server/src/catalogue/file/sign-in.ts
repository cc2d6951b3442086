// Whether the ways to sign in that a file chooses are there, and lead anybody in. Pure.
import { meant, noteAt } from '../../config/yaml-fields.ts'
import type { YamlProblem } from '../../config/yaml-tree.ts'
import { OWN_ACCOUNTS, type SignInOffer } from '../../store/tables/apis.ts'
import type { CatalogueFile } from './read.ts'

/** @param providers the section of that name, as it stands in the file */
export function noteSignIn(
  { apis, applications }: Pick<CatalogueFile, 'apis' | 'applications'>,
  providers: unknown,
  problems: YamlProblem[],
): void {
  const named = typeof providers === 'object' && providers !== null ? Object.keys(providers) : undefined
  const ways = [OWN_ACCOUNTS, ...(named ?? [])]
  // They may stand in the file of the server, as after an export, which leaves them out.
  const unknown = (offer: SignInOffer | null | undefined) =>
    named === undefined ? [] : (offer?.providers ?? []).filter((way) => !ways.includes(way))
  for (const { at, value } of apis)
    for (const way of unknown(value.signIn))
      noteAt(at, `${value.id}.sign_in names ${way}, which is not in providers${meant(way, ways)}`, problems)
  for (const { at, value } of applications) {
    const { clientId, signIn } = value.definition
    for (const way of unknown(signIn))
      noteAt(at, `${clientId}.sign_in names ${way}, which is not in providers${meant(way, ways)}`, problems)
    if (!signIn) continue
    for (const { apiId } of value.subscriptions) {
      // One that is not in the file may be in the database; and it says what it offers when somebody signs in.
      const offer = apis.find(({ value: { id } }) => id === apiId)?.value.signIn
      if (offer && !signIn.providers.some((way) => offer.providers.includes(way)))
        noteAt(
          at,
          `${clientId}.sign_in has nothing that ${apiId} offers, so nobody could sign in: ${offer.providers.join(', ')}`,
          problems,
        )
    }
  }
}
