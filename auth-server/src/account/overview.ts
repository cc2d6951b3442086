// The first page of an account: its sections, of which each is a page; and the developer portal, for those who have a role there.
import type { Deps } from '../deps.ts'
import { PORTAL_PATH } from '../interaction/paths.ts'
import { accountPage } from '../pages/components/account-page.ts'
import { rows } from '../pages/components/rows.ts'
import { sendPage } from '../pages/send-page.ts'
import { hasAnyRole } from '../store/tables/person-roles.ts'
import { hrefOf, PATHS } from './paths.ts'
import type { AccountRoutes } from './route.ts'
import { SECTIONS } from './sections.ts'

export function overviewRoutes({ db }: Pick<Deps, 'db'>): AccountRoutes {
  return {
    [PATHS.overview]: {
      needs: 'session',
      async GET(_request, reply, { frame, news, session }) {
        const isAtPortal = await hasAnyRole(db, session.personId)
        return sendPage(reply, (texts) => {
          const { title, sections } = texts.account
          const entries = [
            ...SECTIONS.map((section) => ({ ...sections[section], href: hrefOf(PATHS[section], {}) })),
            ...(isAtPortal ? [{ title: texts.portal.title, detail: texts.portal.detail, href: PORTAL_PATH }] : []),
          ]
          return accountPage({ frame, heading: title, notice: news(texts), content: rows(entries) }, texts)
        })
      },
    },
  }
}
