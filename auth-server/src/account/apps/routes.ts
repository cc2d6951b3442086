// Apps and devices: where the person is signed in, what each app may do, and the ways to end either.
import type { FastifyRequest } from 'fastify'
import { ofRequest } from '../../audit/context.ts'
import { record } from '../../audit/record.ts'
import { withShownName } from '../../catalogue/shown-name.ts'
import type { Deps } from '../../deps.ts'
import { pathParameter } from '../../http/request-path.ts'
import { textsFor } from '../../pages/language.ts'
import { sendPage } from '../../pages/send-page.ts'
import { listAccess, withdrawAccess } from '../../store/queries/access.ts'
import { listCallsOfPerson } from '../../store/queries/calls-of-person.ts'
import { listConsents } from '../../store/tables/consent-history.ts'
import { listInstallations, renameInstallation, revokeInstallation } from '../../tokens/installations.ts'
import { hrefOf, PATHS } from '../paths.ts'
import { notFoundPage } from '../problem.ts'
import type { AccountRoutes, SignedIn } from '../route.ts'
import { appPage, withdrawPage } from './app-view.ts'
import { installationNamePage, installationPage } from './installation-view.ts'
import { appsPage } from './view.ts'

export function appRoutes({ db }: Deps): AccountRoutes {
  const appsHref = hrefOf(PATHS.apps, {})
  const installationsOf = async (request: FastifyRequest, { session }: SignedIn) =>
    (await listInstallations(db, { personId: session.personId, sessionId: session.id })).map((each) =>
      withShownName(each, textsFor(request)),
    )
  const accessOf = async (request: FastifyRequest, whose: Parameters<typeof listAccess>[1]) =>
    (await listAccess(db, whose)).map((each) => withShownName(each, textsFor(request)))
  const findInstallation = async (request: FastifyRequest, me: SignedIn, id: string) =>
    (await installationsOf(request, me)).find((installation) => installation.id === id)

  return {
    [PATHS.apps]: {
      needs: 'session',
      async GET(request, reply, me) {
        const [installations, access] = await Promise.all([
          installationsOf(request, me),
          accessOf(request, { personId: me.session.personId }),
        ])
        return sendPage(reply, appsPage(me, installations, access))
      },
    },
    [PATHS.installation]: {
      needs: 'session',
      async GET(request, reply, me) {
        const found = await findInstallation(request, me, pathParameter(request, 'installation') ?? '')
        return found ? sendPage(reply, installationPage(me, found)) : notFoundPage(reply, me, 'apps')
      },
    },
    [PATHS.installationName]: {
      needs: 'session',
      async GET(request, reply, me) {
        const found = await findInstallation(request, me, pathParameter(request, 'installation') ?? '')
        return found ? sendPage(reply, installationNamePage(me, found)) : notFoundPage(reply, me, 'apps')
      },
      async POST(request, reply, me) {
        const id = pathParameter(request, 'installation') ?? ''
        const name = me.form.get('name') ?? ''
        const outcome = await renameInstallation(db, { personId: me.session.personId, id, name })
        const found = outcome === 'bad name' ? await findInstallation(request, me, id) : undefined
        if (found) return sendPage(reply.code(422), installationNamePage(me, found, name))
        return outcome === 'renamed'
          ? me.backTo(reply, hrefOf(PATHS.installation, { installation: id }), 'named')
          : notFoundPage(reply, me, 'apps')
      },
    },
    [PATHS.installationEnd]: {
      needs: 'session',
      on: appsHref,
      async POST(request, reply, me) {
        const id = pathParameter(request, 'installation') ?? ''
        const ended = await revokeInstallation(db, { personId: me.session.personId, id }, ofRequest(request))
        // Whoever presses twice has what they wanted.
        return me.backTo(reply, appsHref, ended ? 'installationEnded' : undefined)
      },
    },
    [PATHS.application]: {
      needs: 'session',
      async GET(request, reply, me) {
        const whose = { personId: me.session.personId, applicationId: pathParameter(request, 'application') ?? '' }
        const [access, consents, calls] = await Promise.all([
          accessOf(request, whose),
          listConsents(db, whose),
          listCallsOfPerson(db, whose),
        ])
        const shown = consents.map((each) => withShownName(each, textsFor(request)))
        const page = appPage(me, access, shown, calls)
        return page ? sendPage(reply, page) : notFoundPage(reply, me, 'apps')
      },
    },
    [PATHS.applicationWithdraw]: {
      needs: 'session',
      async GET(request, reply, me) {
        const whose = { personId: me.session.personId, applicationId: pathParameter(request, 'application') ?? '' }
        const page = withdrawPage(me, await accessOf(request, whose))
        return page ? sendPage(reply, page) : notFoundPage(reply, me, 'apps')
      },
      async POST(request, reply, me) {
        const whose = { personId: me.session.personId, applicationId: pathParameter(request, 'application') ?? '' }
        const withdrawn = await withdrawAccess(db, whose, (trx) =>
          record(trx, { type: 'consent', outcome: 'withdrawn', ...whose }, ofRequest(request)),
        )
        return me.backTo(reply, appsHref, withdrawn ? 'withdrawn' : undefined)
      },
    },
  }
}
