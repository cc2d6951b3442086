// Adding an e-mail address, or confirming one: it is asked for after a recent full login, and is the person's once its mail is answered, by link or by code.
import { ofRequest } from '../../../audit/context.ts'
import { sha256 } from '../../../crypto/digest.ts'
import { readAddress } from '../../../delivery/mail/mailbox.ts'
import type { Deps } from '../../../deps.ts'
import { addAddress, MAX_ADDRESSES } from '../../../identity/add-address.ts'
import { emailKey } from '../../../identity/email.ts'
import { askForProof, proveByCode } from '../../../identity/mail-proof.ts'
import { languageOf } from '../../../pages/language.ts'
import { sendPage } from '../../../pages/send-page.ts'
import { ADDING_PURPOSES } from '../../../store/mail-purpose.ts'
import { findAwaitedProof } from '../../../store/queries/asked-proofs.ts'
import { listAddresses } from '../../../store/tables/email-addresses.ts'
import { hrefOf, PATHS } from '../../paths.ts'
import type { AccountRoutes, SignedIn } from '../../route.ts'
import { type AddProblem, addAddressPage, cannotAddPage, checkAddressPage } from './add-view.ts'

export function addAddressRoutes(deps: Deps): AccountRoutes {
  const { db, mailer } = deps
  const addressesHref = hrefOf(PATHS.addresses, {})
  // Signing in once more goes on in the same session.
  const askerOf = ({ session }: SignedIn) => ({
    personId: session.personId,
    browserHash: sha256(`account ${session.id}`),
  })
  /** The mail that this browser waits for; or that it has been answered meanwhile, by its link. */
  const awaitedBy = async (me: SignedIn) => {
    const [awaited, addresses] = await Promise.all([
      findAwaitedProof(db, ADDING_PURPOSES, askerOf(me)),
      listAddresses(db, me.session.personId),
    ])
    const key = awaited && emailKey(awaited.address)
    const proven = addresses.find((one) => one.key === key && one.proof === 'verified')
    const done = proven && (awaited && proven.createdAt > awaited.askedAt ? 'addressAdded' : 'addressConfirmed')
    return { awaited, done } as const
  }

  return {
    [PATHS.addressAdd]: {
      needs: 'factors',
      GET: (_request, reply, me) => sendPage(reply, mailer ? addAddressPage(me) : cannotAddPage(me)),
      async POST(request, reply, me) {
        if (!mailer) return sendPage(reply.code(404), cannotAddPage(me))
        const email = me.form.get('email') ?? ''
        const again = (problem: AddProblem) => sendPage(reply.code(422), addAddressPage(me, { email, problem }))
        const { key, mailbox: address } = readAddress(email) ?? {}
        if (key === undefined || address === undefined) return again('noAddress')
        const own = await listAddresses(db, me.session.personId)
        const proof = own.find((one) => one.key === key)?.proof ?? null
        if (proof === 'verified') return again('own')
        if (proof === null && own.length >= MAX_ADDRESSES) return again('tooMany')
        await askForProof(deps, {
          purpose: 'address',
          to: { address, key },
          asker: askerOf(me),
          language: languageOf(request),
          appName: undefined,
          ip: request.ip,
        })
        return me.backTo(reply, hrefOf(PATHS.addressCheck, {}))
      },
    },
    [PATHS.addressCheck]: {
      needs: 'session',
      async GET(_request, reply, me) {
        const { awaited, done } = await awaitedBy(me)
        if (done) return me.backTo(reply, addressesHref, done)
        if (!awaited) return sendPage(reply, mailer ? addAddressPage(me) : cannotAddPage(me))
        return sendPage(reply, checkAddressPage(me, awaited, awaited.isSpent ? 'too many' : undefined))
      },
      async POST(request, reply, me) {
        const { awaited, done } = await awaitedBy(me)
        if (done) return me.backTo(reply, addressesHref, done)
        if (!awaited) return me.backTo(reply, hrefOf(PATHS.addressAdd, {}))
        const { browserHash } = askerOf(me)
        const code = me.form.get('code') ?? ''
        const { outcome, waitSeconds } = await proveByCode(deps, { awaited, browserHash, code, ip: request.ip })
        if (waitSeconds !== undefined) reply.header('retry-after', String(waitSeconds))
        if (outcome !== 'proven')
          return sendPage(reply.code(outcome === 'wrong' ? 422 : 429), checkAddressPage(me, awaited, outcome))
        const proof = { challengeId: awaited.id, sessionId: me.session.id }
        const added = await addAddress(db, proof, ofRequest(request))
        if (added === 'added') return me.backTo(reply, addressesHref, 'addressAdded')
        if (added === 'confirmed') return me.backTo(reply, addressesHref, 'addressConfirmed')
        const problem = added === 'too many' ? 'tooMany' : 'ended'
        return sendPage(reply.code(422), addAddressPage(me, { email: awaited.address, problem }))
      },
    },
  }
}
