// The pages between /authorize and the app (login, consent, continue), each ending in a redirect back to the protocol; and signing out.
import type { Deps } from '../deps.ts'
import type { Pages } from '../http/page-routes.ts'
import { addressLinkPages } from './address-link/routes.ts'
import { denyForms } from './deny/routes.ts'
import { linkPages } from './mail-proof/link.ts'
import { mailProofPages } from './mail-proof/routes.ts'
import { notOpenedPages } from './not-opened/routes.ts'
import { SIGN_OUT_PATH, stepPath } from './paths.ts'
import { POLICY } from './policy.ts'
import { callbackPages } from './provider/callback.ts'
import { providerForms } from './provider/routes.ts'
import { typedPages } from './provider/typed.ts'
import { signOutPage } from './sign-out/routes.ts'
import { switchForms } from './switch/routes.ts'
import { undoPages } from './undo/routes.ts'
import { type MakeVisitPages, visitFlow } from './visit.ts'

/** What pages of a visit offer beside its steps, whose pages are in the policy. */
const BESIDE_STEPS: readonly MakeVisitPages[] = [denyForms, switchForms, mailProofPages, providerForms, typedPages]

/** Every page there is, by the pattern of its address. */
export function interactionPages(deps: Deps): Pages {
  const visits = visitFlow(deps)
  const steps = POLICY.flatMap((row) => ('pages' in row ? row.pages : []))
  const ofVisits = [...steps, ...BESIDE_STEPS].flatMap((pages) => Object.entries(pages(deps, visits)))
  return {
    ...Object.fromEntries(ofVisits.map(([name, handlers]) => [stepPath(name), handlers])),
    ...linkPages(deps),
    ...callbackPages(deps),
    [SIGN_OUT_PATH]: signOutPage(deps),
    ...undoPages(deps),
    ...notOpenedPages(deps),
    ...addressLinkPages(deps),
  }
}
