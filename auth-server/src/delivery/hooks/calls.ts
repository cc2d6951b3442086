// How the hooks fare that this process calls: kept here and noted in the database now and then, never while somebody waits.
import { asOneLine } from '../../http/one-line.ts'
import type { Db } from '../../store/database.ts'
import { type HookFared, noteHookCalls, RECENT_CALLS } from '../../store/tables/hook-subscriptions.ts'

/** Characters of what is kept of a failure. */
const MAX_WORDS = 200

/** What is noted of calls. */
export interface HookCalls {
  /** One answered as it should. */
  answered(hook: string, event: string): void
  /** One did not. */
  failed(hook: string, event: string, because: string): void
  /** Notes in the database what is not there yet. */
  flush(db: Db): Promise<void>
}

export function openHookCalls(): HookCalls {
  let fresh = new Map<string, HookFared>()
  const add = (hook: string, event: string, problem: string | null) => {
    const called = { at: new Date().toISOString(), event }
    const before = fresh.get(hook)
    const recent = [...(before?.recent ?? []), { ...called, problem }].slice(-RECENT_CALLS)
    const failed = problem === null ? before?.failed : { ...called, because: problem }
    fresh.set(hook, { called, recent, ...(failed && { failed }) })
  }
  return {
    answered: (hook, event) => add(hook, event, null),
    failed: add,
    async flush(db) {
      if (fresh.size === 0) return
      const noted = fresh
      fresh = new Map()
      await noteHookCalls(db, noted)
    },
  }
}

/** What an error says to administrators: one line, and nothing that a hook has written. */
export function wordsOf(error: unknown, timeoutMillis: number): string {
  if (!(error instanceof Error)) return 'it failed'
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return `no answer within ${timeoutMillis} ms`
  return asOneLine(error.message, MAX_WORDS) ?? error.name
}
