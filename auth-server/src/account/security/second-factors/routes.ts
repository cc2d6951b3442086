// Setting up and removing an authenticator app, and recovery codes: by a POST, in one session, by whoever may change factors.
import { ofRequest } from '../../../audit/context.ts'
import { record } from '../../../audit/record.ts'
import type { Deps } from '../../../deps.ts'
import {
  beginTotp,
  findBegunTotp,
  finishTotp,
  removeFactors,
  renewRecoveryCodes,
} from '../../../identity/second-factors/set-up.ts'
import { inviteApp } from '../../../identity/second-factors/totp.ts'
import { operatorNameOf } from '../../../pages/operator.ts'
import { sendPage } from '../../../pages/send-page.ts'
import { listSecondFactors } from '../../../store/queries/second-factors.ts'
import { hasAnyRole } from '../../../store/tables/person-roles.ts'
import { hrefOf, PATHS } from '../../paths.ts'
import type { AccountRoutes, SignedIn } from '../../route.ts'
import { authenticatorAppPage, connectPage, newCodesPage, recoveryCodesPage, removeAppPage } from './view.ts'

export function secondFactorRoutes({ db, config }: Deps): AccountRoutes {
  const { keyEncryptionKeys } = config
  const issuer = operatorNameOf(config)
  const securityHref = hrefOf(PATHS.security, {})
  const appHref = hrefOf(PATHS.authenticatorApp, {})
  const ownerOf = ({ session }: SignedIn) => ({
    personId: session.personId,
    sessionId: session.id,
    amr: session.amr,
  })
  const appsOf = async ({ session }: SignedIn) => (await listSecondFactors(db, session.personId)).totps
  /** The page of the app that is being set up in this session; undefined when none is. */
  const connecting = async (me: SignedIn, isWrong: boolean) => {
    const begun = await findBegunTotp(db, keyEncryptionKeys, ownerOf(me))
    if (!begun) return undefined
    return connectPage(me, await inviteApp(begun.secret, { issuer, account: me.session.accountName }), isWrong)
  }

  return {
    [PATHS.authenticatorApp]: {
      needs: 'factors',
      GET: async (_request, reply, me) =>
        sendPage(reply, (await connecting(me, false)) ?? authenticatorAppPage(me, (await appsOf(me)).length > 0)),
      async POST(request, reply, me) {
        const { personId } = me.session
        const done = await finishTotp(me.db, keyEncryptionKeys, ownerOf(me), me.form.get('code'), (trx) =>
          record(trx, { type: 'second-factor', outcome: 'app-added', personId }, ofRequest(request)),
        )
        if (done === 'confirmed') return me.backTo(reply, hrefOf(PATHS.recoveryCodes, {}), 'appAdded')
        const again = done === 'wrong code' ? await connecting(me, true) : undefined
        return again ? sendPage(reply.code(422), again) : me.backTo(reply, appHref)
      },
    },
    [PATHS.authenticatorAppBegin]: {
      needs: 'factors',
      on: appHref,
      async POST(_request, reply, me) {
        await beginTotp(db, keyEncryptionKeys, ownerOf(me))
        return me.backTo(reply, appHref)
      },
    },
    [PATHS.authenticatorAppRemove]: {
      needs: 'factors',
      GET: async (_request, reply, me) => sendPage(reply, removeAppPage(me)),
      async POST(request, reply, me) {
        const { personId } = me.session
        for (const { id } of await appsOf(me))
          await removeFactors(me.db, { personId, id }, (trx) =>
            record(trx, { type: 'second-factor', outcome: 'app-removed', personId }, ofRequest(request)),
          )
        return me.backTo(reply, securityHref, 'appRemoved')
      },
    },
    [PATHS.recoveryCodes]: {
      needs: 'factors',
      async GET(_request, reply, me) {
        const { recoveryCodesLeft } = await listSecondFactors(db, me.session.personId)
        return sendPage(reply, recoveryCodesPage(me, recoveryCodesLeft > 0))
      },
      async POST(request, reply, me) {
        const { personId, factors } = me.session
        // They stand in for a second factor, so there has to be one.
        if (factors.length === 0) return me.backTo(reply, securityHref)
        const codes = await renewRecoveryCodes(me.db, keyEncryptionKeys, personId, (trx) =>
          record(trx, { type: 'second-factor', outcome: 'recovery-codes-renewed', personId }, ofRequest(request)),
        )
        return sendPage(reply, newCodesPage(me, codes, await hasAnyRole(db, personId)))
      },
    },
  }
}
