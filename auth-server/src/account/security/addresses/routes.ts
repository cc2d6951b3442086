// E-mail addresses: which there are, which is the main one, and taking one away.
import type { FastifyRequest } from 'fastify'
import { ofRequest } from '../../../audit/context.ts'
import { record } from '../../../audit/record.ts'
import { type KnownSecrets, keyedIds } from '../../../crypto/secrets.ts'
import type { Deps } from '../../../deps.ts'
import { pathParameter } from '../../../http/request-path.ts'
import { sendPage } from '../../../pages/send-page.ts'
import type { Trx } from '../../../store/database.ts'
import { type AccountChange, noteChange } from '../../../store/queries/account-changes.ts'
import { listAddresses, makePrimary, removeAddress } from '../../../store/tables/email-addresses.ts'
import { hrefOf, PATHS } from '../../paths.ts'
import { notFoundPage } from '../../problem.ts'
import type { AccountRoutes, SignedIn } from '../../route.ts'
import { addressesPage, addressPage, addressRemovePage } from './view.ts'

/** How an address is called in the addresses of pages, which logs and histories keep. */
export function addressIds(cookieSecrets: KnownSecrets, key: string) {
  // With a key: who has a list of addresses must not find them in a log.
  return keyedIds(cookieSecrets, 'address', key)
}

export function addressRoutes({ db, config, mailer }: Deps): AccountRoutes {
  const idOf = (key: string) => addressIds(config.cookieSecrets, key)[0]
  const addressesHref = hrefOf(PATHS.addresses, {})
  const addressesOf = ({ session }: SignedIn) => listAddresses(db, session.personId)
  const find = async (me: SignedIn, request: FastifyRequest) => {
    const id = pathParameter(request, 'address') ?? ''
    return (await addressesOf(me)).find(({ key }) => addressIds(config.cookieSecrets, key).includes(id))
  }
  /** Changes one, and tells its owner and the audit log if that did anything. */
  const change = async (
    me: SignedIn,
    request: FastifyRequest,
    outcome: 'made-primary' | 'removed',
    by: (trx: Trx, which: Readonly<{ personId: string; key: string }>) => Promise<boolean>,
  ): Promise<boolean> => {
    const found = await find(me, request)
    if (!found) return false
    const before = (await addressesOf(me)).find(({ isPrimary }) => isPrimary)?.key
    const { personId } = me.session
    const subject = found.key
    const noted: AccountChange =
      outcome === 'removed'
        ? { personId, kind: 'address-removed', subject, details: { ...(found.proof && { proof: found.proof }) } }
        : { personId, kind: 'address-made-primary', subject, details: { ...(before !== undefined && { before }) } }
    return me.db.transaction().execute(async (trx) => {
      const isChanged = await by(trx, { personId, key: found.key })
      if (isChanged) {
        await noteChange(trx, noted)
        await record(trx, { type: 'address', outcome, personId }, ofRequest(request))
      }
      return isChanged
    })
  }

  return {
    [PATHS.addresses]: {
      needs: 'session',
      GET: async (_request, reply, me) =>
        sendPage(reply, addressesPage(me, { addresses: await addressesOf(me), canAdd: mailer !== undefined, idOf })),
    },
    [PATHS.address]: {
      needs: 'factors',
      async GET(request, reply, me) {
        const found = await find(me, request)
        return found
          ? sendPage(reply, addressPage(me, found, { id: idOf(found.key), canConfirm: mailer !== undefined }))
          : notFoundPage(reply, me, 'security')
      },
    },
    [PATHS.addressPrimary]: {
      needs: 'factors',
      on: addressesHref,
      async POST(request, reply, me) {
        const isChanged = await change(me, request, 'made-primary', makePrimary)
        return me.backTo(reply, addressesHref, isChanged ? 'primaryChanged' : undefined)
      },
    },
    [PATHS.addressRemove]: {
      needs: 'factors',
      async GET(request, reply, me) {
        const found = await find(me, request)
        return found && !found.isPrimary
          ? sendPage(reply, addressRemovePage(me, found, idOf(found.key)))
          : notFoundPage(reply, me, 'security')
      },
      async POST(request, reply, me) {
        const isChanged = await change(me, request, 'removed', removeAddress)
        return me.backTo(reply, addressesHref, isChanged ? 'addressRemoved' : undefined)
      },
    },
  }
}
