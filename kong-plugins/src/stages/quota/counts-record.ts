// Counts of calls on their way from one process to its successor.
import type { WindowName } from './windows.ts'

/** Calls by name in one window. */
export interface CountsRecord {
  readonly window: WindowName
  readonly startMs: number
  readonly counts: readonly (readonly [name: string, used: number])[]
  /** Names the link, where this is only what its Redis last said. */
  readonly redis?: string | undefined
}
