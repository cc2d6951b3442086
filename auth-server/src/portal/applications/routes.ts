// The pages of applications: the list, one of them, and its deletion.
import type { FastifyReply } from 'fastify'
import { Parameters } from '../../http/parameters.ts'
import { sendPage } from '../../pages/send-page.ts'
import { PATHS } from '../paths.ts'
import type { PortalPerson, PortalRoutes } from '../route.ts'
import { deletionPage } from './deletion-view.ts'
import { factsOf } from './facts.ts'
import { listPage } from './list-view.ts'
import type { Consequences } from './losses.ts'
import { type Application, askOne, type Member, peopleOf } from './one.ts'
import { sendOwnersAlone } from './owners-alone.ts'
import { isOwnedBy } from './people-view.ts'
import { searchedIn } from './search.ts'
import { applicationPage } from './view.ts'

async function consequencesOf(me: PortalPerson, { client_id }: Application): Promise<Consequences> {
  return (await me.ask('applications.consequences', { params: { client_id } })).body
}

/** The page in the place of a deletion that owners alone decide on. */
function sendOwnersDelete(
  reply: FastifyReply,
  me: PortalPerson,
  application: Application,
  people: readonly Member[],
): FastifyReply {
  return sendOwnersAlone(reply, me, {
    application,
    people,
    heading: ({ portalApplications }) => portalApplications.deletion.title(application.name),
    said: ({ portalApplications }) => portalApplications.deletion.ownersOnly,
  })
}

export function applicationRoutes(): PortalRoutes {
  return {
    [PATHS.applications]: {
      needs: 'developer',
      async GET(request, reply, me) {
        const parameters = Parameters.ofUrl(request.raw.url ?? '')
        parameters.requireReadable()
        const [cursor, q] = [parameters.get('cursor'), searchedIn(parameters)]
        const query = { ...(cursor !== undefined && { cursor }), ...(q !== undefined && { q }) }
        return sendPage(reply, listPage(me, (await me.ask('applications.list', { query })).body, q))
      },
    },
    [PATHS.application]: {
      needs: 'developer',
      async GET(request, reply, me) {
        const { body: application } = await askOne(request, me)
        return sendPage(reply, applicationPage(me, await factsOf(me, application)))
      },
    },
    [PATHS.applicationDelete]: {
      needs: 'developer',
      recent: true,
      async GET(request, reply, me) {
        const { body, etag } = await askOne(request, me)
        const people = await peopleOf(me, body)
        if (!isOwnedBy(me, people)) return sendOwnersDelete(reply, me, body, people)
        const consequences = await consequencesOf(me, body)
        return sendPage(reply, deletionPage(me, { application: body, etag, consequences }))
      },
      async POST(request, reply, me) {
        const { body } = await askOne(request, me)
        const people = await peopleOf(me, body)
        if (!isOwnedBy(me, people)) return sendOwnersDelete(reply, me, body, people)
        const params = { client_id: body.client_id }
        const done = await me.attempt('applications.delete', { params, ifMatch: me.form.get('etag') ?? '' })
        if ('body' in done) return me.backTo(reply, PATHS.applications, 'applicationDeleted')
        const again = await askOne(request, me)
        const consequences = await consequencesOf(me, body)
        const page = deletionPage(me, { application: again.body, etag: again.etag, consequences, problem: done })
        return sendPage(reply.code(done.status), page)
      },
    },
  }
}
