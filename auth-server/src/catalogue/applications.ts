// Applications: the apps of developers, each one OAuth client.
import { randomId } from '../crypto/random.ts'
import type { ApplicationKind, Db, Trx } from '../store/database.ts'
import { redirectUriProblem } from './redirect-uri.ts'

/** Thrown when a definition breaks a rule; `message` says what to write instead. */
export class InvalidApplication extends Error {
  override name = 'InvalidApplication'
}

export type ApplicationDefinition = Readonly<{
  clientId: string
  name: string
  kind: ApplicationKind
  redirectUris: readonly string[]
}>

/**
 * Registers an application, or brings the one with this client ID up to the definition. Returns its id (`app_…`).
 * @throws {InvalidApplication} when a redirect URI may not be registered (RFC 8252 §7, RFC 9700 §2.1).
 */
export const registerApplication = async (db: Db | Trx, application: ApplicationDefinition): Promise<string> => {
  for (const uri of application.redirectUris) {
    const problem = redirectUriProblem(uri, application.kind)
    if (problem) throw new InvalidApplication(`${uri}: ${problem}`)
  }
  const { clientId, name, kind } = application
  const redirectUris = [...application.redirectUris]
  const row = await db
    .insertInto('applications')
    .values({ id: randomId('app'), client_id: clientId, name, kind, redirect_uris: redirectUris })
    .onConflict((conflict) => conflict.column('client_id').doUpdateSet({ name, kind, redirect_uris: redirectUris }))
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id
}
