// The sections of the portal in the order of its navigation; one is shown where its page is there, to those who have its role.
import type { PortalEntry, PortalSection } from '../pages/portal-frame.ts'
import type { PersonRoles } from '../store/tables/person-roles.ts'
import { PATHS } from './paths.ts'

/** Whose each is, by any of these roles; administration stands below a rule. */
const SECTIONS: readonly (readonly [PortalSection, ...PersonRoles['role'][]])[] = [
  ['applications', 'developer'],
  ['apis', 'developer'],
  ['approvals', 'approver', 'administrator'],
  ['usage', 'developer'],
  ['help', 'developer'],
  ['tryIt', 'developer'],
  ['administration', 'administrator'],
]

/** @param exists whether there is a page at a path @param at the path of the page that they are shown on */
export function navigationOf(
  exists: (path: string) => boolean,
  roles: readonly PersonRoles['role'][],
  at: string,
): readonly PortalEntry[] {
  return SECTIONS.filter(([name, ...whose]) => exists(PATHS[name]) && whose.some((role) => roles.includes(role))).map(
    ([name]) => {
      const href = PATHS[name]
      return { name, href, isCurrent: at === href || at.startsWith(`${href}/`) }
    },
  )
}
