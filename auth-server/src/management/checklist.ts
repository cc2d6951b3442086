// What the operation on the checklist of an application does: each item, by what its traffic has shown.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import { findApprovedIdentity } from '../store/tables/app-identities.ts'
import { type EvidenceFact, listEvidence, type StoredEvidence } from '../store/tables/application-evidence.ts'
import { requireApplication } from './applications.ts'
import type { HandlersOf } from './handler.ts'

export type ChecklistOperationId = 'applications.checklist'

type Checklist = OperationAnswer<ChecklistOperationId>['items']
type ItemName = Checklist[number]['item']

/** THE table of the checklist: what ticks an item, and what is to be looked at. */
const ITEMS: readonly Readonly<{
  item: ItemName
  good: readonly EvidenceFact[]
  odd: readonly EvidenceFact[]
  /** What is odd ends by being taken back, whatever traffic shows since. */
  isTakenBack?: true
}>[] = [
  { item: 'pkce', good: ['pkce'], odd: ['no-pkce'] },
  { item: 'state', good: ['state'], odd: ['no-state', 'state-repeated'] },
  { item: 'browser', good: ['browser'], odd: ['web-view'] },
  { item: 'app_links', good: ['app-links-checked', 'app-link'], odd: ['app-links-wrong'], isTakenBack: true },
  { item: 'refresh', good: ['refresh-repeated'], odd: [] },
  { item: 'dpop', good: ['dpop'], odd: [] },
  { item: 'sign_out', good: ['revoked'], odd: [] },
]

/** Every item. A warning ends on the day on which what is right was seen without it. Pure. */
export function checklistOf(evidence: readonly StoredEvidence[]): Checklist {
  const found = (facts: readonly EvidenceFact[]) => evidence.filter(({ fact }) => facts.includes(fact))
  return ITEMS.map(({ item, good, odd, isTakenBack }) => {
    const right = found(good)
    const [since = null] = right.map(({ firstSeen }) => firstSeen).sort()
    const last =
      right
        .map(({ lastSeen }) => lastSeen)
        .sort()
        .at(-1) ?? null
    const [wrong] = found(odd).sort((one, other) => (one.lastSeen < other.lastSeen ? 1 : -1))
    if (wrong && (isTakenBack || wrong.lastSeen >= (last ?? '')))
      return { item, status: 'warning', since, last: wrong.lastSeen, seen: wrong.detail || wrong.fact }
    return { item, status: last === null ? 'not_seen' : 'done', since, last, seen: null }
  })
}

export const CHECKLIST_HANDLERS: Pick<HandlersOf<'applications'>, ChecklistOperationId> = {
  'applications.checklist': {
    async read({ db, actor, input: { params } }) {
      const { id, clientId } = await requireApplication(db, actor, params.client_id)
      const evidence = await listEvidence(db, id)
      // What a check found holds while phones are told of the app: not while it, or all it may call, is suspended.
      const told = await findApprovedIdentity(db, clientId)
      return {
        items: checklistOf(told?.isConfirmed ? evidence : evidence.filter(({ fact }) => fact !== 'app-links-checked')),
      }
    },
  },
}
