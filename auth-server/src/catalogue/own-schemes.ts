// Private-use schemes: whose they are, and who is told what where two applications ask for one.
import { type NamedRefusal, refusal } from '@mobile-api-gateway/sdk/contract/refusals.ts'
import type { Trx } from '../store/database.ts'
import { findRedirectUris, findSchemeHolder, type SchemeHolder } from '../store/queries/scheme-holders.ts'
import type { CatalogueActor } from './actor.ts'
import { redirectKind } from './redirect-uri.ts'
import { CatalogueConflict } from './refusal.ts'

/**
 * Two apps with one private-use scheme: the system hands the answer to either (RFC 8252 §8.4). PKCE protects the code
 * then, but the person still lands in the wrong app. Held by the catalogue file, and by who is let in: whoever merely
 * registers keeps nobody from what may be theirs.
 * @returns what is wrong, for `by`
 */
export async function schemeProblem(
  trx: Trx,
  { clientId, redirectUris }: Readonly<{ clientId: string; redirectUris: readonly string[] }>,
  by: CatalogueActor,
): Promise<NamedRefusal | undefined> {
  const schemes = redirectUris
    .filter((uri) => redirectKind(uri) === 'private-use')
    .map((uri) => uri.slice(0, uri.indexOf(':')))
  const holder = schemes.length > 0 && (await findSchemeHolder(trx, clientId, schemes))
  return holder ? schemeTaken(holder, by) : undefined
}

/** Nobody is told which apps others have; whoever imports the file is. */
function schemeTaken({ clientId, scheme, managedBy }: SchemeHolder, by: CatalogueActor): NamedRefusal {
  if (by.file === undefined) return refusal('scheme_taken')
  return refusal(managedBy === 'file' ? 'scheme_held_by_file' : 'scheme_held', clientId, scheme)
}

/** An application that is let in holds its schemes from now on. @throws {CatalogueConflict} when another one does */
export async function requireSchemesFree(trx: Trx, applicationId: string, by: CatalogueActor): Promise<void> {
  const application = await findRedirectUris(trx, applicationId)
  const problem = application && (await schemeProblem(trx, application, by))
  if (problem === undefined) return
  throw new CatalogueConflict({
    ...problem,
    sentence: `It cannot be approved with these redirect URIs. ${problem.sentence}`,
  })
}
