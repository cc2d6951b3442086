// UsageNotes in the form in which auth servers take them, in batches that fit into a request.
import { randomUUID } from 'node:crypto'
import type { CountedCalls, NotedRefusal, UsageNotes } from './ledger.ts'

/** An auth server takes 64 KB. */
const MAX_CHARACTERS = 40_000
/** …and this many of each. */
const MAX_ITEMS = 400

function wireCount({ hour, audience, clientId, plan, subject, accepted, refused }: CountedCalls): object {
  return { hour, audience, client_id: clientId, plan, sub: subject, accepted, refused }
}

function wireRefusal({ requestId, at, audience, clientId, plan, code, facts }: NotedRefusal): object {
  return { request_id: requestId, at, audience, client_id: clientId, plan, code, facts }
}

/** One request: its body, and what is in it. */
export interface UsageRequest {
  readonly body: string
  readonly notes: UsageNotes
}

/** Each has a name of its own, by which it counts once, however often it is sent. */
export function batchesOf({ counts, refusals }: UsageNotes): readonly UsageRequest[] {
  const items = [
    ...counts.map((count) => ({ count, text: JSON.stringify(wireCount(count)) })),
    ...refusals.map((refusal) => ({ refusal, text: JSON.stringify(wireRefusal(refusal)) })),
  ]
  const batches: (typeof items)[] = []
  let characters = Number.POSITIVE_INFINITY
  for (const item of items) {
    if (characters + item.text.length > MAX_CHARACTERS || (batches.at(-1)?.length ?? 0) >= MAX_ITEMS) {
      batches.push([])
      characters = 0
    }
    batches.at(-1)?.push(item)
    characters += item.text.length + 1
  }
  return batches.map((batch) => {
    const textOf = (list: 'count' | 'refusal') => batch.flatMap((item) => (list in item ? [item.text] : [])).join(',')
    return {
      body: `{"batch":"${randomUUID()}","counts":[${textOf('count')}],"refusals":[${textOf('refusal')}]}`,
      notes: {
        counts: batch.flatMap((item) => ('count' in item ? [item.count] : [])),
        refusals: batch.flatMap((item) => ('refusal' in item ? [item.refusal] : [])),
      },
    }
  })
}
