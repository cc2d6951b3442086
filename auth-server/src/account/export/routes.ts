// The copy of everything that is stored about a person, as a file.
import { ofRequest } from '../../audit/context.ts'
import { record } from '../../audit/record.ts'
import type { Deps } from '../../deps.ts'
import { sendPage } from '../../pages/send-page.ts'
import { exportPerson } from '../../store/person.ts'
import { PATHS } from '../paths.ts'
import type { AccountRoutes } from '../route.ts'
import { exportPage } from './view.ts'

export function exportRoutes({ db, config }: Deps): AccountRoutes {
  return {
    [PATHS.export]: {
      needs: 'recent',
      GET: (_request, reply, me) => sendPage(reply, exportPage(me)),
      async POST(request, reply, { session, now }) {
        const { personId } = session
        await record(db, { type: 'export', outcome: 'by-person', personId }, ofRequest(request))
        const copy = await exportPerson(db, personId)
        const file = { issuer: config.issuer, exported_at: now.toISOString(), person: personId, ...copy }
        return reply
          .header('cache-control', 'no-store')
          .header('content-disposition', `attachment; filename="account-${now.toISOString().slice(0, 10)}.json"`)
          .type('application/json; charset=utf-8')
          .send(JSON.stringify(file, undefined, 2))
      },
    },
  }
}
