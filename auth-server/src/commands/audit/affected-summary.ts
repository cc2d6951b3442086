// What of `affected` a person reads: how many of each kind, the few that there are by name, and what nobody can know any more.
import type { Trx } from '../../store/database.ts'
import { countAffected, readAffected } from '../../store/queries/affected.ts'
import type { AffectedFilter, AffectedKind, AffectedRow } from '../../store/queries/affected-selects.ts'

/** Of one kind. */
const MAX_SHOWN = 10
const DAY_MILLIS = 24 * 3600 * 1000

type Say = (row: AffectedRow) => string

function moment(value: AffectedRow[string] | undefined): string {
  return value instanceof Date ? `${value.toISOString().slice(0, 19)}Z` : 'now'
}

/** The kinds in their order; those without words are counted alone, since lists of people are for files. */
const KINDS: readonly (readonly [kind: AffectedKind, title: string, say?: Say])[] = [
  ['people', 'People'],
  ['logins', 'Logins'],
  [
    'applications',
    'Applications',
    ({ client_id, name, events, logins }) => `${client_id} (${name ?? 'removed'}): ${logins} logins, ${events} events`,
  ],
  [
    'keys',
    'Signing keys',
    ({ kid, alg, signs_from, replaced_at }) =>
      `${kid} (${alg}), which signed from ${moment(signs_from)} to ${moment(replaced_at)}`,
  ],
  ['addresses', 'Addresses', ({ address, people, events }) => `${address}: ${people} people, ${events} events`],
  [
    'events',
    'Kinds of events',
    ({ type, outcome, people, events }) => `${type} ${outcome}: ${events}, of ${people} people`,
  ],
]

export async function summaryOf(trx: Trx, filter: AffectedFilter, now = Date.now()): Promise<string> {
  const { from, to, key } = filter
  const lines = [`From ${from.toISOString()} to ${to.toISOString()}:`, '']
  for (const [kind, title, say] of KINDS) {
    const count = await countAffected(trx, kind, filter)
    lines.push(`${title.padEnd(16)} ${count}`)
    if (say) lines.push(...(await few(trx, kind, filter, say)))
    if (count > MAX_SHOWN && say) lines.push(`  … and ${count - MAX_SHOWN} more`)
  }
  lines.push(
    '',
    'Access tokens are not stored. Each names its login (grant_id) and its signing key (kid); one that a machine',
  )
  lines.push('got for itself names its application alone. A login is told whose last use was not before --from.')
  if (key)
    lines.push(`Of the key ${key.kid}: the time in which it signed, and applications whose tokens are ${key.alg}.`)
  if (now - +from > 90 * DAY_MILLIS) lines.push('Addresses are kept for 90 days, so those of before are gone.')
  if (now - +from > 30 * DAY_MILLIS)
    lines.push('Logins go 30 days after their end, and counts of calls after 30 days, so some are gone.')
  lines.push('Lists: --csv people|logins|applications|keys|addresses|events, or --json for all of it.')
  return `${lines.join('\n')}\n`
}

async function few(trx: Trx, kind: AffectedKind, filter: AffectedFilter, say: Say): Promise<readonly string[]> {
  const shown: string[] = []
  for await (const row of readAffected(trx, kind, filter, { limit: MAX_SHOWN })) shown.push(`  ${say(row)}`)
  return shown
}
