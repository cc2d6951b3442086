// "Use another account" on any page of a visit: whoever is signed in makes way.
import type { Deps } from '../../deps.ts'
import { switchPerson } from '../../store/tables/authorization-requests.ts'
import type { VisitFlow, VisitPages } from '../visit.ts'

export function switchForms({ db }: Deps, visits: VisitFlow): VisitPages {
  return {
    switch: {
      async POST(request, reply) {
        const visit = await visits.open(request, reply)
        if (!visit) return reply
        await switchPerson(db, visit.pending.id)
        return visits.resume(reply, visit.pending)
      },
    },
  }
}
