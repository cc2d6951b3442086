// UsageNotes in the form in which auth servers take them, in batches that fit into a request.
import { randomUUID } from 'node:crypto'
import type { CallsOfUser, CountedCalls, Lost, NotedRefusal, UsageNotes } from './ledger.ts'

/** An auth server takes 64 KB. */
const MAX_CHARACTERS = 40_000
/** …and this many of each. */
const MAX_ITEMS = 400

function wireCount({ hour, audience, clientId, plan, accepted, refused }: CountedCalls): object {
  return { hour, audience, client_id: clientId, plan, accepted, refused }
}

function wireUser({ hour, audience, clientId, subject, accepted, refused }: CallsOfUser): object {
  return { hour, audience, client_id: clientId, sub: subject, accepted, refused }
}

function wireRefusal({ requestId, at, audience, clientId, plan, code, facts }: NotedRefusal): object {
  return { request_id: requestId, at, audience, client_id: clientId, plan, code, facts }
}

/** One request: its body, and what is in it. */
export interface UsageRequest {
  readonly body: string
  readonly notes: UsageNotes
}

const NOTHING: UsageNotes = { counts: [], users: [], refusals: [] }

/**
 * Each has a name of its own, by which it counts once, however often it is sent. What auth servers of an earlier release do
 * not know stands in batches of its own: those alone they refuse.
 */
export function batchesOf({ counts, users, refusals }: UsageNotes, lost: Lost | undefined): readonly UsageRequest[] {
  return [
    ...slices(counts, wireCount).map(({ items, text }) => batch({ counts: text }, { counts: items })),
    ...slices(refusals, wireRefusal).map(({ items, text }) => batch({ refusals: text }, { refusals: items })),
    ...slices(users, wireUser).map(({ items, text }) => batch({ people: text }, { users: items })),
    ...(lost ? [batch({ lost: JSON.stringify(lost) }, {})] : []),
  ]
}

function batch(members: Readonly<Record<string, string>>, notes: Partial<UsageNotes>): UsageRequest {
  const texts = Object.entries({ counts: '[]', refusals: '[]', ...members }).map(([name, text]) => `"${name}":${text}`)
  return { body: `{"batch":"${randomUUID()}",${texts.join(',')}}`, notes: { ...NOTHING, ...notes } }
}

interface Slice<Item> {
  readonly items: readonly Item[]
  /** A list in JSON. */
  readonly text: string
}

function slices<Item>(all: readonly Item[], wire: (item: Item) => object): readonly Slice<Item>[] {
  const found: { items: Item[]; texts: string[] }[] = []
  let characters = Number.POSITIVE_INFINITY
  for (const item of all) {
    const text = JSON.stringify(wire(item))
    if (characters + text.length > MAX_CHARACTERS || (found.at(-1)?.items.length ?? 0) >= MAX_ITEMS) {
      found.push({ items: [], texts: [] })
      characters = 0
    }
    found.at(-1)?.items.push(item)
    found.at(-1)?.texts.push(text)
    characters += text.length + 1
  }
  return found.map(({ items, texts }) => ({ items, text: `[${texts.join(',')}]` }))
}
