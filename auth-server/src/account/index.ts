// A person's own pages, below /account: each is a row of a part's table, and none is mounted but behind the guard.
import type { Deps } from '../deps.ts'
import type { Pages } from '../http/page-routes.ts'
import { ACCOUNT_PATH } from '../interaction/paths.ts'
import { activityRoutes } from './activity/routes.ts'
import { appRoutes } from './apps/routes.ts'
import { deleteRoutes, publicDeletePages } from './delete/routes.ts'
import { exportRoutes } from './export/routes.ts'
import { guarded } from './guard.ts'
import { joinRoutes } from './join/routes.ts'
import { overviewRoutes } from './overview.ts'
import { registrationRoutes } from './profile/registrations.ts'
import { profileRoutes } from './profile/routes.ts'
import type { AccountRoute, MakeAccountRoutes } from './route.ts'
import { addAddressRoutes } from './security/addresses/add-routes.ts'
import { addressRoutes } from './security/addresses/routes.ts'
import { linkedRoutes } from './security/linked/routes.ts'
import { passkeyRoutes } from './security/passkeys/routes.ts'
import { passwordRoutes } from './security/password/routes.ts'
import { securityRoutes } from './security/routes.ts'
import { secondFactorRoutes } from './security/second-factors/routes.ts'
import { setAsideRoutes } from './security/set-aside/routes.ts'
import { publicSetupPages, setupRoutes } from './setup/routes.ts'

/** The parts of the account; a new one is a folder and its row here. */
const PARTS: readonly MakeAccountRoutes[] = [
  overviewRoutes,
  appRoutes,
  securityRoutes,
  passwordRoutes,
  passkeyRoutes,
  addressRoutes,
  addAddressRoutes,
  linkedRoutes,
  secondFactorRoutes,
  setAsideRoutes,
  profileRoutes,
  registrationRoutes,
  activityRoutes,
  exportRoutes,
  deleteRoutes,
  joinRoutes,
  setupRoutes,
]

/** Every route, by the pattern of its address. */
export function accountRoutes(deps: Deps): Readonly<Record<string, AccountRoute>> {
  const routes = PARTS.flatMap((part) => Object.entries(part(deps)))
  return Object.fromEntries(routes.map(([path, route]) => [ACCOUNT_PATH + path, route]))
}

/** Pages for anybody, by the pattern of their addresses; none shows or changes anything of whoever is signed in. */
export function publicPages(deps: Deps): Pages {
  return { ...publicDeletePages(deps), ...publicSetupPages(deps) }
}

/** Every page and form of whoever is signed in, as they are mounted. */
export function ownPages(deps: Deps): Pages {
  const routes = Object.entries(accountRoutes(deps))
  return Object.fromEntries(routes.map(([url, route]) => [url, guarded(deps, route)]))
}
