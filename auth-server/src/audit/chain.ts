// The chain of hashes over the audit log: how a seal is made of an event and the seal before, and what does not fit.
import { sha256 } from '../crypto/digest.ts'
import type { ChainPoint, Seal, Sealed, SealedDetails, SealedEvent } from '../store/tables/audit-seals.ts'

/** Where a chain begins that nothing of has ended yet. */
export const BEGINNING: ChainPoint = { position: 0, hash: 'begin' }

/** Lists, because the order of members is nobody's promise; what each is for comes first, so that no two kinds are alike. */
function hashOf(...parts: readonly unknown[]): string {
  return sha256(JSON.stringify(parts))
}

export function hashEvent(event: SealedEvent): string {
  const { seq, at, type, outcome, person, applicationId, apiId, requestId } = event
  const { actor, actorApplicationId, byCommand, change } = event
  const who = [person, applicationId, apiId, requestId, actor, actorApplicationId, byCommand]
  return hashOf('audit event 1', seq, at, type, outcome, ...who, change)
}

/** With a random salt: without it, each address that there is could be tried. */
export function hashDetails({ salt, address, userAgent }: SealedDetails): string {
  return hashOf('audit details 1', salt, address, userAgent)
}

export function hashSeal(before: string, seal: Omit<Seal, 'hash'>): string {
  const { position, seq, at, ends, eventHash, detailsHash } = seal
  return hashOf('audit seal 1', before, position, seq, at, ends, eventHash, detailsHash)
}

/** The seal of an event, after the one before it. */
export function sealEvent(before: ChainPoint, event: SealedEvent, details: SealedDetails | undefined): Seal {
  const seal = {
    position: before.position + 1,
    seq: event.seq,
    at: event.at,
    ends: event.person === null && event.actor === null && event.outcome === 'wrong-credentials',
    eventHash: hashEvent(event),
    detailsHash: details ? hashDetails(details) : null,
  }
  return { ...seal, hash: hashSeal(before.hash, seal) }
}

/**
 * What is wrong with a seal and what it seals; undefined when all fits. Details that are not there any more are none of
 * it: they go with their person, or after 90 days.
 * @param endedBefore the moment before which an event that `ends` may have gone
 */
export function findMisfit(before: ChainPoint, sealed: Sealed, endedBefore: string): string | undefined {
  const { position, event, details, detailsHash } = sealed
  if (position !== before.position + 1) return `it does not follow position ${before.position}: something is missing`
  if (hashSeal(before.hash, sealed) !== sealed.hash)
    return 'its hash is not that of the event, and of the one before it'
  if (event === null) return sealed.ends && sealed.at < endedBefore ? undefined : 'the event is not there any more'
  if (event.seq !== sealed.seq || event.at !== sealed.at || hashEvent(event) !== sealed.eventHash)
    return 'the event is not what was sealed'
  if (details === null) return undefined
  if (detailsHash === null) return 'there is an address or user agent that was not there when it was sealed'
  return hashDetails(details) === detailsHash ? undefined : 'the address or user agent is not what was sealed'
}
