// Linked accounts: which there are, linking one more, and taking one away.
import type { FastifyRequest } from 'fastify'
import { ofRequest } from '../../../audit/context.ts'
import { type KnownSecrets, keyedIds } from '../../../crypto/secrets.ts'
import type { Deps } from '../../../deps.ts'
import { pathParameter } from '../../../http/request-path.ts'
import { unlink } from '../../../identity/federation/links.ts'
import { openAccountVisit } from '../../../interaction/account-visit.ts'
import { beginAtProvider } from '../../../interaction/provider/begin.ts'
import { sendPage } from '../../../pages/send-page.ts'
import { listOwnIdentities } from '../../../store/tables/identities.ts'
import type { UpstreamSubject } from '../../../store/tables/upstream-logins.ts'
import { hrefOf, PATHS } from '../../paths.ts'
import { notFoundPage } from '../../problem.ts'
import type { AccountRoutes, SignedIn } from '../../route.ts'
import { labelOf } from './label.ts'
import { linkedPage, unlinkPage } from './view.ts'

/** How an identity is called in the addresses of pages, which logs and histories keep. */
export function identityIds(cookieSecrets: KnownSecrets, { issuer, subject }: UpstreamSubject) {
  // With a key: who knows somebody's number at a provider must not find them in a log.
  return keyedIds(cookieSecrets, 'identity', issuer, subject)
}

export function linkedRoutes(deps: Deps): AccountRoutes {
  const { db, config, providers } = deps
  const linkedHref = hrefOf(PATHS.linked, {})
  const listed = async ({ session }: SignedIn) =>
    (await listOwnIdentities(db, session.personId)).map((identity) => ({
      ...identity,
      id: identityIds(config.cookieSecrets, identity)[0],
      label: labelOf(providers, identity),
    }))
  const find = async (me: SignedIn, request: FastifyRequest) => {
    const wanted = pathParameter(request, 'identity') ?? ''
    return (await listed(me)).find((each) => identityIds(config.cookieSecrets, each).includes(wanted))
  }

  return {
    [PATHS.linked]: {
      needs: 'session',
      GET: async (_request, reply, me) => sendPage(reply, linkedPage(me, await listed(me), providers)),
    },
    [PATHS.linkedAdd]: {
      needs: 'factors',
      on: linkedHref,
      async POST(request, reply, me) {
        const provider = providers.find(pathParameter(request, 'provider') ?? '')
        if (!provider) return notFoundPage(reply, me, 'security')
        const { id, secret } = await openAccountVisit(deps, request, reply, { returnTo: linkedHref })
        const { personId, id: sessionId } = me.session
        const linking = { personId, sessionId }
        const start = { requestId: id, secret, linking, isFresh: false, back: linkedHref }
        return beginAtProvider(deps, request, reply, provider, start)
      },
    },
    [PATHS.linkedRemove]: {
      needs: 'factors',
      async GET(request, reply, me) {
        const found = await find(me, request)
        return found ? sendPage(reply, unlinkPage(me, found)) : notFoundPage(reply, me, 'security')
      },
      async POST(request, reply, me) {
        const found = await find(me, request)
        if (!found) return notFoundPage(reply, me, 'security')
        const outcome = await unlink(me.db, providers, found, me.session.personId, ofRequest(request))
        if (outcome === 'only way') return sendPage(reply.code(409), unlinkPage(me, found, true))
        return me.backTo(reply, linkedHref, outcome === 'unlinked' ? 'identityRemoved' : undefined)
      },
    },
  }
}
