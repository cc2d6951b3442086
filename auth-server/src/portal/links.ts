// Where other pages of the portal lead for an application: to what to write in it, and to a trial of it.
import type { ChecklistItem } from '../pages/components/checklist.ts'
import type { RowEntry } from '../pages/components/rows.ts'
import type { Texts } from '../pages/locales/en.ts'
import { PATHS } from './paths.ts'

/** The page of an application, or of one of its APIs, in another section. */
export function hrefFor(
  section: 'help' | 'tryIt',
  clientId: string,
  more: Readonly<Record<string, string>> = {},
): string {
  return `${PATHS[section]}?${new URLSearchParams({ app: clientId, ...more })}`
}

/** As rows on the page of an application. */
export function guideRows(clientId: string, { portal }: Texts): readonly RowEntry[] {
  return (['help', 'tryIt'] as const).map((section) => ({
    ...portal.sections[section],
    href: hrefFor(section, clientId),
  }))
}

/** What the help tells in points, in its order; each is a place on its page. */
export const HELP_PARTS = ['browser', 'refresh', 'dpop', 'signOut', 'appLinks', 'devices'] as const

/** Where in the help it is told what to do for an item of the checklist. */
export const HELP_ABOUT = {
  pkce: 'pkce',
  state: 'browser',
  browser: 'browser',
  app_links: 'appLinks',
  refresh: 'refresh',
  dpop: 'dpop',
  sign_out: 'signOut',
} as const satisfies Record<ChecklistItem['item'], 'pkce' | (typeof HELP_PARTS)[number]>
