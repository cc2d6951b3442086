// The pages of applications: the list, one of them, and its deletion.
import { Parameters } from '../../http/parameters.ts'
import { sendPage } from '../../pages/send-page.ts'
import { PATHS } from '../paths.ts'
import type { PortalPerson, PortalRoutes } from '../route.ts'
import { deletionPage, ownersPage } from './deletion-view.ts'
import { factsOf } from './facts.ts'
import { listPage } from './list-view.ts'
import type { Consequences } from './losses.ts'
import { type Application, askOne } from './one.ts'
import { peopleOf } from './people.ts'
import { isOwnedBy } from './people-view.ts'
import { searchedIn } from './search.ts'
import { applicationPage } from './view.ts'

async function consequencesOf(me: PortalPerson, { client_id }: Application): Promise<Consequences> {
  return (await me.ask('applications.consequences', { params: { client_id } })).body
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
        if (!isOwnedBy(me, await peopleOf(me, body))) return sendPage(reply.code(403), ownersPage(me, body))
        const consequences = await consequencesOf(me, body)
        return sendPage(reply, deletionPage(me, { application: body, etag, consequences }))
      },
      async POST(request, reply, me) {
        const { body } = await askOne(request, me)
        if (!isOwnedBy(me, await peopleOf(me, body))) return sendPage(reply.code(403), ownersPage(me, body))
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
