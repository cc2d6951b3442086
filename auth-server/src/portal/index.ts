// The developer portal, below /portal: each page is a row of a part's table, and none is mounted but behind the guard.
import { definePortal } from '../catalogue/portal-client.ts'
import type { Deps } from '../deps.ts'
import type { Pages } from '../http/page-routes.ts'
import { PORTAL_PATH } from '../interaction/paths.ts'
import type { Db } from '../store/database.ts'
import { administrationRoutes } from './administration/routes.ts'
import { apiRoutes } from './apis/routes.ts'
import { addressRoutes } from './applications/addresses.ts'
import { fieldRoutes } from './applications/fields.ts'
import { keyRoutes } from './applications/keys.ts'
import { logoRoutes } from './applications/logo.ts'
import { newApplicationRoutes } from './applications/new.ts'
import { applicationPeopleRoutes } from './applications/people.ts'
import { phoneRoutes } from './applications/phones.ts'
import { applicationRoutes } from './applications/routes.ts'
import { secretRoutes } from './applications/secrets.ts'
import { applicationSignInRoutes } from './applications/sign-in.ts'
import { approvalRoutes } from './approvals/routes.ts'
import { guarded } from './guard.ts'
import { helpRoutes } from './help/routes.ts'
import { overviewRoutes } from './overview/routes.ts'
import { CALLBACK_PATH } from './paths.ts'
import type { MakePortalRoutes, PortalRoute } from './route.ts'
import { signInPages, signOutRoutes } from './sign-in/routes.ts'
import { subscriptionRoutes } from './subscriptions/routes.ts'
import { tryRoutes } from './try/routes.ts'
import { usageRoutes } from './usage/routes.ts'

/** The parts of the portal; a new one is a folder and its row here. */
const PARTS: readonly MakePortalRoutes[] = [
  overviewRoutes,
  apiRoutes,
  subscriptionRoutes,
  approvalRoutes,
  usageRoutes,
  administrationRoutes,
  applicationRoutes,
  newApplicationRoutes,
  fieldRoutes,
  addressRoutes,
  secretRoutes,
  keyRoutes,
  phoneRoutes,
  logoRoutes,
  applicationSignInRoutes,
  applicationPeopleRoutes,
  signOutRoutes,
  tryRoutes,
  helpRoutes,
]

/** The portal as an application of the server at this address; each start makes it. */
export function definePortalOf(issuer: string, db: Db): Promise<void> {
  return definePortal(db, { resource: issuer + PORTAL_PATH, redirectUri: issuer + CALLBACK_PATH })
}

/** Every route, by the pattern of its address. */
export function portalRoutes(deps: Deps): Readonly<Record<string, PortalRoute>> {
  const routes = PARTS.flatMap((part) => Object.entries(part(deps)))
  return Object.fromEntries(routes)
}

/** Every page and form, as they are mounted. */
export function portalPages(deps: Deps): Pages {
  const routes = portalRoutes(deps)
  const exists = (path: string) => Object.hasOwn(routes, path)
  const own = Object.entries(routes).map(([url, route]) => [url, guarded({ deps, exists }, route)] as const)
  return { ...signInPages(deps), ...Object.fromEntries(own) }
}
