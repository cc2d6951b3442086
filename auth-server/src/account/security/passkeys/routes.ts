// Passkeys: which there are, a new one, a name for one, and its end; each by whoever may change factors.
import type { FastifyRequest } from 'fastify'
import { ofRequest } from '../../../audit/context.ts'
import { record } from '../../../audit/record.ts'
import type { Deps } from '../../../deps.ts'
import { oneLine } from '../../../http/one-line.ts'
import { pathParameter } from '../../../http/request-path.ts'
import { issuersOf } from '../../../identity/federation/providers.ts'
import { registerPasskey, registrationOptions } from '../../../identity/passkeys/registration.ts'
import { relyingParty } from '../../../identity/passkeys/relying-party.ts'
import { removeFactors } from '../../../identity/second-factors/set-up.ts'
import { sendPage } from '../../../pages/send-page.ts'
import { listCredentials, listPasskeys, namePasskey } from '../../../store/queries/passkeys.ts'
import { hrefOf, PATHS } from '../../paths.ts'
import { notFoundPage } from '../../problem.ts'
import type { AccountRoutes, SignedIn } from '../../route.ts'
import { MAX_PASSKEY_NAME, namePage, type PasskeyProblem, passkeyPage, passkeysPage, removePage } from './view.ts'

export function passkeyRoutes({ db, config, providers }: Deps): AccountRoutes {
  const passkeysHref = hrefOf(PATHS.passkeys, {})
  const find = async ({ session }: SignedIn, request: FastifyRequest) => {
    const id = pathParameter(request, 'passkey')
    return (await listPasskeys(db, session.personId)).find((passkey) => passkey.id === id)
  }
  const page = async (me: SignedIn, problem?: PasskeyProblem) => {
    const { personId } = me.session
    const [passkeys, credentials] = await Promise.all([listPasskeys(db, personId), listCredentials(db, personId)])
    const known = {
      rpId: relyingParty(config).id,
      userId: Buffer.from(personId).toString('base64url'),
      allAcceptedCredentialIds: credentials,
    }
    return passkeysPage(me, { passkeys, known: JSON.stringify(known), problem })
  }

  return {
    [PATHS.passkeys]: {
      needs: 'factors',
      GET: async (_request, reply, me) => sendPage(reply, await page(me)),
      async POST(request, reply, me) {
        // Whoever presses a button is asked by the browser: nothing is made by itself here.
        const answer = { json: me.form.get('credential'), ceremony: 'registration' } as const
        const registered = await registerPasskey(db, config, me.session, answer, ofRequest(request))
        if (registered.kind === 'stored') return me.backTo(reply, passkeysHref, 'passkeyAdded')
        const detail = 'detail' in registered ? registered.detail : undefined
        request.log.info({ event: 'passkey_refused', reason: registered.kind, detail }, 'a passkey was not kept')
        return sendPage(reply.code(registered.kind === 'malformed' ? 400 : 422), await page(me, registered.kind))
      },
    },
    [PATHS.passkeyOptions]: {
      needs: 'factors',
      on: passkeysHref,
      POST: async (_request, reply, me) =>
        reply.send(await registrationOptions(db, config, me.session, 'registration')),
    },
    [PATHS.passkey]: {
      needs: 'factors',
      async GET(request, reply, me) {
        const found = await find(me, request)
        return found ? sendPage(reply, passkeyPage(me, found)) : notFoundPage(reply, me, 'security')
      },
    },
    [PATHS.passkeyName]: {
      needs: 'factors',
      async GET(request, reply, me) {
        const found = await find(me, request)
        return found ? sendPage(reply, namePage(me, found)) : notFoundPage(reply, me, 'security')
      },
      async POST(request, reply, me) {
        const found = await find(me, request)
        if (!found) return notFoundPage(reply, me, 'security')
        const typed = me.form.get('name') ?? ''
        const name = oneLine(typed, MAX_PASSKEY_NAME)
        if (name === undefined) return sendPage(reply.code(422), namePage(me, found, typed))
        const { personId } = me.session
        await me.db.transaction().execute(async (trx) => {
          if (await namePasskey(trx, { personId, id: found.id }, name))
            await record(trx, { type: 'passkey', outcome: 'renamed', personId }, ofRequest(request))
        })
        return me.backTo(reply, hrefOf(PATHS.passkey, { passkey: found.id }), 'named')
      },
    },
    [PATHS.passkeyRemove]: {
      needs: 'factors',
      async GET(request, reply, me) {
        const found = await find(me, request)
        return found ? sendPage(reply, removePage(me, found)) : notFoundPage(reply, me, 'security')
      },
      async POST(request, reply, me) {
        const { personId } = me.session
        const found = await find(me, request)
        // Whoever presses twice has what they wanted.
        if (!found) return me.backTo(reply, passkeysHref)
        const which = { personId, id: found.id, issuers: issuersOf(providers) }
        const removed = await removeFactors(me.db, which, (trx) =>
          record(trx, { type: 'passkey', outcome: 'removed', personId }, ofRequest(request)),
        )
        if (removed === 'only way') return sendPage(reply.code(409), removePage(me, found, true))
        return me.backTo(reply, passkeysHref, removed.length > 0 ? 'passkeyRemoved' : undefined)
      },
    },
  }
}
