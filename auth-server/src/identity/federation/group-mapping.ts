// In which groups of ours somebody is by the word of a provider: by the table that its configuration has.
import type { AuditContext } from '../../audit/context.ts'
import type { Db } from '../../store/database.ts'
import { setGroups } from '../groups.ts'
import { pathOf, valueAt } from './claim-mapping.ts'
import type { ProviderField, UpstreamIdentity } from './provider.ts'

export interface GroupMapping {
  /** Where the provider tells the groups of somebody. */
  readonly path: readonly string[]
  /** What it calls a group, and which of ours that is. */
  readonly groups: ReadonlyMap<string, string>
}

const MAX_GROUPS = 200
/** Of what a provider tells of one person. */
const MAX_TOLD = 5000

export const GROUPS_CLAIM_FIELD: ProviderField<readonly string[]> = {
  about: 'where it tells the groups of somebody, written as in `claims`; a text, or a list of texts',
  byDefault: ['groups'],
  parse(value) {
    const path = typeof value === 'string' ? pathOf(value) : undefined
    return path ? { value: path } : { problem: 'has to be a name, or names with dots between, like realm_access.roles' }
  },
}

export const GROUPS_FIELD: ProviderField<ReadonlyMap<string, string>> = {
  about:
    'its groups as it calls them, each with the group of ours that its people are put into, like `{ /staff/eu: staff }`',
  byDefault: new Map(),
  parse(value) {
    const entries = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []
    const isGroup = (group: unknown): group is string =>
      typeof group === 'string' && /^[a-z][a-z0-9-]{0,62}$/.test(group)
    const groups = entries.flatMap(([name, group]) => (isGroup(group) ? [[name, group] as const] : []))
    return groups.length > 0 && groups.length === entries.length && groups.length <= MAX_GROUPS
      ? { value: new Map(groups) }
      : { problem: `has to be up to ${MAX_GROUPS} of its groups, each with a group of ours, like { /staff/eu: staff }` }
  },
}

/** The groups of ours that it tells of somebody. Pure. */
export function toldGroups({ path, groups }: GroupMapping, { claims }: Pick<UpstreamIdentity, 'claims'>): string[] {
  const value = valueAt(claims, path)
  const told: readonly unknown[] = Array.isArray(value) ? value.slice(0, MAX_TOLD) : [value]
  return [...new Set(told.flatMap((name) => (typeof name === 'string' ? (groups.get(name) ?? []) : [])))]
}

/**
 * Puts somebody into the groups that the provider tells of now, and takes them out of those that it told of before; what
 * others say stays. Returns the groups that there are not here.
 */
export async function followGroups(
  db: Db,
  { personId, source, groups }: Readonly<{ personId: string; source: string; groups: readonly string[] }>,
  context: AuditContext,
): Promise<readonly string[]> {
  const { missing } = await setGroups(db, { personId, source, groups }, context)
  if (missing.length > 0) {
    const known = groups.filter((group) => !missing.includes(group))
    await setGroups(db, { personId, source, groups: known }, context)
  }
  return missing
}
