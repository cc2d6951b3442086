// The pages between /authorize and the app (login, consent, continue), each ending in a redirect back to the protocol; and signing out.
import type { FastifyInstance } from 'fastify'
import type { Deps } from '../deps.ts'
import { addConsent } from './consent/routes.ts'
import { addContinue } from './continue/routes.ts'
import { addDeny } from './deny.ts'
import type { PageStep } from './policy.ts'
import { addLogin } from './sign-in/routes.ts'
import { addLogoutPages } from './sign-out/routes.ts'
import { openVisit, type VisitFlow } from './visit.ts'

/** The pages of each step that has one: a folder, its row here, and its row in policy.ts. */
const STEPS = { login: addLogin, consent: addConsent, continue: addContinue } as const satisfies Record<
  PageStep,
  (app: FastifyInstance, deps: Deps, visits: VisitFlow) => void
>

export function addInteraction(app: FastifyInstance, deps: Deps): void {
  const visits = openVisit(deps)
  for (const addStep of Object.values(STEPS)) addStep(app, deps, visits)
  addDeny(app, deps, visits)
  addLogoutPages(app, deps)
}
