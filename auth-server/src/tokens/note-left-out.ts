// Says in the log which claims a login goes without, because a token does not carry them all; never what they said.
import type { Hooks } from '../delivery/hooks/hooks.ts'
import type { ClaimNames } from '../store/added-claims.ts'

export function noteLeftOut(log: Hooks['log'], leftOut: ClaimNames): void {
  if (Object.keys(leftOut).length === 0) return
  log.warn({ event: 'claims_left_out', claims: leftOut }, 'a login has more claims than a token carries')
}
