// The sections of an account, as the overview lists them; each is a page of this name, to which those below it lead back.
import type { Texts } from '../pages/locales/en.ts'
import { hrefOf, PATHS } from './paths.ts'

export const SECTIONS = ['apps', 'security', 'profile', 'activity', 'export', 'delete'] as const

export type AccountSection = (typeof SECTIONS)[number]

export interface BackLink {
  readonly label: string
  readonly href: string
}

/** From a section to the overview. */
export function toOverview({ account }: Texts): BackLink {
  return { label: account.title, href: hrefOf(PATHS.overview, {}) }
}

/** From a page to its section. */
export function toSection(section: AccountSection, { account }: Texts): BackLink {
  return { label: account.sections[section].title, href: hrefOf(PATHS[section], {}) }
}
