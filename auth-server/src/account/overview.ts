// The first page of an account: its sections, of which each is a page.
import { accountPage } from '../pages/components/account-page.ts'
import { rows } from '../pages/components/rows.ts'
import { sendPage } from '../pages/send-page.ts'
import { hrefOf, PATHS } from './paths.ts'
import type { AccountRoutes } from './route.ts'
import { SECTIONS } from './sections.ts'

export function overviewRoutes(): AccountRoutes {
  return {
    [PATHS.overview]: {
      needs: 'session',
      GET: (_request, reply, { frame, news }) =>
        sendPage(reply, (texts) => {
          const { title, sections } = texts.account
          const entries = SECTIONS.map((section) => ({ ...sections[section], href: hrefOf(PATHS[section], {}) }))
          return accountPage({ frame, heading: title, notice: news(texts), content: rows(entries) }, texts)
        }),
    },
  }
}
