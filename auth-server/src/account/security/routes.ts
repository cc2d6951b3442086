// Security: how the person signs in, and where else they are signed in.
import type { Deps } from '../../deps.ts'
import { sendPage } from '../../pages/send-page.ts'
import { countOtherSessions } from '../../store/tables/sessions.ts'
import { hrefOf, PATHS } from '../paths.ts'
import type { AccountRoutes } from '../route.ts'
import { signOutElsewhere } from '../sign-out-elsewhere.ts'
import { addressesEntry } from './addresses/entry.ts'
import type { FindSecurityEntry } from './entry.ts'
import { linkedEntry } from './linked/entry.ts'
import { passkeysEntry } from './passkeys/entry.ts'
import { passwordEntry } from './password/entry.ts'
import { authenticatorAppEntry, recoveryCodesEntry } from './second-factors/entries.ts'
import { setAsideEntry } from './set-aside/entry.ts'
import { securityPage, signOutElsewherePage } from './view.ts'

/** The ways to sign in, in the order of the page. */
const ENTRIES: readonly FindSecurityEntry[] = [
  passwordEntry,
  passkeysEntry,
  addressesEntry,
  linkedEntry,
  authenticatorAppEntry,
  recoveryCodesEntry,
  setAsideEntry,
]

export function securityRoutes(deps: Deps): AccountRoutes {
  return {
    [PATHS.security]: {
      needs: 'session',
      async GET(_request, reply, me) {
        const { personId, id: sessionId } = me.session
        const [entries, others] = await Promise.all([
          Promise.all(ENTRIES.map((find) => find(deps, me))),
          countOtherSessions(deps.db, { personId, sessionId }),
        ])
        return sendPage(reply, securityPage(me, entries, others))
      },
    },
    [PATHS.signOutElsewhere]: {
      needs: 'session',
      GET: (_request, reply, me) => sendPage(reply, signOutElsewherePage(me)),
      async POST(request, reply, me) {
        await signOutElsewhere(me, request)
        return me.backTo(reply, hrefOf(PATHS.security, {}), 'signedOutElsewhere')
      },
    },
  }
}
