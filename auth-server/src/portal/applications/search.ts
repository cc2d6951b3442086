// The search among applications, as the lists of them have it: in the name, or how the client ID begins.
import { button } from '../../pages/components/button.ts'
import { field } from '../../pages/components/field.ts'
import { searchForm } from '../../pages/components/form.ts'
import type { Html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'

/** As far as the contract takes it: in code points, and a search has no more of them than UTF-16 units. */
export const MAX_SEARCHED = 128

/** @param path of the list. @param asked what was searched */
export function searchApps(path: string, asked: string | undefined, { administration }: Texts): Html {
  const { applications, find } = administration
  const text = field({
    name: 'q',
    label: applications.search,
    kind: 'text',
    maxLength: MAX_SEARCHED,
    value: asked ?? '',
    isOptional: true,
  })
  return searchForm(path, text, button(find, 'quiet'))
}

/** What was searched, as it can be asked for; undefined for nothing. */
export function searchedIn(parameters: Readonly<{ get(name: string): string | undefined }>): string | undefined {
  return parameters.get('q')?.trim().slice(0, MAX_SEARCHED) || undefined
}
