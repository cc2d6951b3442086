// What the operations on an application's looks do: its logo, and who vouches for its name.
import { record } from '../audit/record.ts'
import { encodeLogo } from '../catalogue/logo.ts'
import type { Trx } from '../store/database.ts'
import { type EncodedLogo, setLogo } from '../store/tables/application-logos.ts'
import { verifyName } from '../store/tables/applications.ts'
import type { ManagementActor } from './actor.ts'
import { lockOrdinary, requireApplication, showApplication } from './applications.ts'
import type { HandlersOf } from './handler.ts'
import { conflict, forbidden, notThere } from './refusals.ts'

/** The operations on an application's looks. */
export type LooksOperationId =
  | 'applications.set_logo'
  | 'applications.delete_logo'
  | 'applications.verify_name'
  | 'applications.unverify_name'

export const LOOKS_HANDLERS: Pick<HandlersOf<'applications'>, LooksOperationId> = {
  'applications.set_logo': {
    async prepare({ db, actor, input: { params, body } }) {
      // Whose it is comes first: no image is decoded for strangers.
      await requireApplication(db, actor, params.client_id)
      const logo = await encodeLogo(Buffer.from(body.image, 'base64'))
      return async ({ trx }) => {
        await changeLogo(trx, actor, params.client_id, logo)
        return showApplication(await requireApplication(trx, actor, params.client_id))
      }
    },
  },
  'applications.delete_logo': {
    async write({ trx, actor, input: { params } }) {
      await changeLogo(trx, actor, params.client_id, null)
      return undefined
    },
  },
  'applications.verify_name': {
    async write({ trx, actor, input: { params, body } }) {
      await changeVerification(trx, actor, params.client_id, body.name)
      return showApplication(await requireApplication(trx, actor, params.client_id))
    },
  },
  'applications.unverify_name': {
    async write({ trx, actor, input: { params } }) {
      await changeVerification(trx, actor, params.client_id, undefined)
      return undefined
    },
  },
}

async function changeLogo(trx: Trx, actor: ManagementActor, clientId: string, logo: EncodedLogo | null): Promise<void> {
  const { id, logoHash } = await lockOrdinary(trx, actor, clientId)
  const after = logo?.hash ?? null
  if (!logo && logoHash === null) throw notThere('no_logo')
  if (logoHash === after) return
  await setLogo(trx, id, logo)
  const words = (hash: string | null) => (hash === null ? [] : [`logo: ${hash.slice(0, 8)}`])
  const change = { before: words(logoHash), after: words(after) }
  const event = { type: 'application', outcome: logo ? 'logo-set' : 'logo-removed', applicationId: id, change } as const
  await record(trx, event, actor.authority.context)
}

/** @param name that somebody vouches for; undefined: nobody does any more */
async function changeVerification(trx: Trx, actor: ManagementActor, clientId: string, name: string | undefined) {
  const application = await lockOrdinary(trx, actor, clientId)
  if (actor.person?.role === 'developer') throw forbidden('name_by_administrator')
  if (actor.client?.applicationId === application.id) throw forbidden('own_name')
  if (name === undefined && application.managedBy === 'file') throw conflict('name_in_file')
  if (name === undefined && !application.isNameVerified) throw notThere('name_not_verified')
  if (!(await verifyName(trx, application.id, name ?? application.name, name !== undefined)))
    throw conflict('name_changed')
  if (application.isNameVerified === (name !== undefined)) return
  const words = [`name: ${application.name}`]
  const change = name === undefined ? { before: words, after: [] } : { before: [], after: words }
  const outcome = name === undefined ? 'name-unverified' : 'name-verified'
  await record(trx, { type: 'application', outcome, applicationId: application.id, change }, actor.authority.context)
}
