// What is done to applications and subscriptions alike: put out of use, back, and away.
import type { PortalNews } from '../route.ts'

export type Move = 'suspend' | 'restore' | 'remove'

export const MOVE_NEWS = {
  suspend: 'suspended',
  restore: 'restored',
  remove: 'removed',
} as const satisfies Readonly<Record<Move, PortalNews>>

export function isMove(text: string): text is Move {
  return Object.hasOwn(MOVE_NEWS, text)
}

/** Those that something's state allows. What waits for a decision cannot be suspended. */
export function movesOf({
  isSuspended,
  canSuspend = true,
  canRemove,
}: Readonly<{ isSuspended: boolean; canSuspend?: boolean; canRemove: boolean }>): readonly Move[] {
  return [
    ...(isSuspended ? (['restore'] as const) : canSuspend ? (['suspend'] as const) : []),
    ...(canRemove ? (['remove'] as const) : []),
  ]
}
