// Who the administrators are: the first one comes by a link of the operator's, and the last one cannot leave.
import { type AuditContext, BY_COMMAND } from '../audit/context.ts'
import { record } from '../audit/record.ts'
import { sha256 } from '../crypto/digest.ts'
import { randomSecret } from '../crypto/random.ts'
import type { Db, Trx } from '../store/database.ts'
import { mailPerson } from '../store/queries/mail-person.ts'
import { insertRole, listAdministrators, lockAdministrators } from '../store/tables/person-roles.ts'
import {
  consumeSetupLink,
  findSetupLink,
  replaceSetupLinks,
  type StoredSetupLink,
} from '../store/tables/setup-links.ts'

/** Where the link leads, below the issuer, with its token behind. */
export const SETUP_PATH = '/setup'
export const SETUP_MINUTES = 60

/** Whether somebody is the one administrator there is; whoever asks waits for others who ask. */
export async function isOnlyAdministrator(trx: Trx, personId: string): Promise<boolean> {
  const administrators = await lockAdministrators(trx)
  return administrators.length === 1 && administrators.includes(personId)
}

/** Makes a link, in the place of any before. Returns its token; undefined when there is an administrator. */
export async function makeSetupLink(trx: Trx): Promise<string | undefined> {
  if ((await lockAdministrators(trx)).length > 0) return undefined
  const [id, secret] = [randomSecret(16), randomSecret()]
  await replaceSetupLinks(trx, { id, secretHash: sha256(secret) }, SETUP_MINUTES * 60)
  await record(trx, { type: 'setup', outcome: 'link-made' }, BY_COMMAND)
  return `${id}.${secret}`
}

/** Why a link is of no use. Only who has a link that there was hears of an administrator. */
export type SetupRefusal = 'link over' | 'administrator exists'

/** Whether a link could be used now; it changes nothing. */
export async function judgeSetupLink(db: Db, token: string): Promise<SetupRefusal | 'open'> {
  const link = readToken(token)
  const found = link && (await findSetupLink(db, link))
  if (!found) return 'link over'
  if ((await listAdministrators(db)).length > 0) return 'administrator exists'
  return found.isOpen ? 'open' : 'link over'
}

/** Makes somebody the first administrator, by a link that is used up by it: of several at once, one. */
export function becomeFirstAdministrator(
  db: Db,
  { personId, token }: Readonly<{ personId: string; token: string }>,
  context: AuditContext,
): Promise<SetupRefusal | 'done'> {
  return db.transaction().execute(async (trx) => {
    await lockAdministrators(trx)
    const judged = await judgeSetupLink(trx, token)
    if (judged !== 'open') return judged
    const link = readToken(token)
    if (!link || !(await consumeSetupLink(trx, link))) return 'link over'
    await insertRole(trx, { personId, role: 'administrator', apiId: null })
    await record(trx, { type: 'role', outcome: 'administrator-given', personId }, context)
    await mailPerson(trx, personId, { name: 'role-given', facts: { role: 'administrator' } })
    return 'done'
  })
}

function readToken(token: string): StoredSetupLink | undefined {
  const [, id, secret] = /^([\w-]{22})\.([\w-]{43})$/.exec(token) ?? []
  return id !== undefined && secret !== undefined ? { id, secretHash: sha256(secret) } : undefined
}
