// The applications that a person alone owns: named wherever they would be left without anybody who could enter.
import { actionLink } from '../../pages/components/button.ts'
import { type Html, html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { hrefOf, PATHS } from '../paths.ts'
import type { PersonFacts } from './person-facts.ts'

/** So many have a line of their own; the rest are a number, and a list of their own. */
const NAMED = 20

export function leftApps(
  { person, soleApps }: Pick<PersonFacts, 'person' | 'soleApps'>,
  { administration: { leaves } }: Texts,
): readonly Html[] {
  if (soleApps.length === 0) return []
  const all = `${hrefOf(PATHS.allApplications, {})}?${new URLSearchParams({ sole_owner: person.id })}`
  return [
    html`${leaves.count(soleApps.length)} ${actionLink(leaves.list, all)}`,
    ...soleApps
      .slice(0, NAMED)
      .map(
        ({ name, client_id: client }) =>
          html`<bdi>${name}</bdi>: ${actionLink(leaves.handOver, hrefOf(PATHS.newOwner, { client }), name)}`,
      ),
    ...(soleApps.length > NAMED ? [html`${leaves.more(soleApps.length - NAMED)}`] : []),
  ]
}
