// The pages between /authorize and the app (login, consent, continue), each ending in a redirect back to the protocol; and signing out.
import type { FastifyInstance } from 'fastify'
import type { Deps } from '../deps.ts'
import { addConsent } from './consent/routes.ts'
import { addContinue } from './continue/routes.ts'
import { addDeny } from './deny.ts'
import { addLogin } from './sign-in/routes.ts'
import { addLogoutPages } from './sign-out/routes.ts'
import { openVisit } from './visit.ts'

export function addInteraction(app: FastifyInstance, deps: Deps): void {
  const visits = openVisit(deps)
  addLogin(app, deps, visits)
  addContinue(app, deps, visits)
  addConsent(app, deps, visits)
  addDeny(app, deps, visits)
  addLogoutPages(app, deps)
}
