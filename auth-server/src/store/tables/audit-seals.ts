// The seals of the audit log: a row per event, each with a hash over the one before it (see audit/chain.ts).
import type { TableDeclaration } from '../declaration.ts'
import type { AuditedChange } from './audit-events.ts'

export interface AuditSeals {
  position: string
  event_seq: string
  /** Of the event. */
  at: Date
  /** Whether the event may go before its seal: a wrong sign-in that led to nobody. */
  ends: boolean
  event_hash: string
  /** Of where the request came from, with a salt that goes with it; null where nothing is known of that. */
  details_hash: string | null
  hash: string
}

export const AUDIT_SEALS: TableDeclaration<AuditSeals> = {
  purpose: 'A chain of hashes over the audit log, by which it is seen when somebody has changed it.',
  lifetime: { kept: 'They end with the oldest events, where `AUDIT_DAYS` says so.' },
  people: { nobody: 'Hashes of events, and of addresses with a random salt that goes with the address.' },
}

/** An event as it is sealed. */
export interface SealedEvent {
  readonly seq: string
  /** In UTC, to the microsecond. */
  readonly at: string
  readonly type: string
  readonly outcome: string
  readonly person: string | null
  readonly applicationId: string | null
  readonly apiId: string | null
  readonly requestId: string | null
  readonly actor: string | null
  readonly actorApplicationId: string | null
  readonly byCommand: boolean
  readonly change: AuditedChange | null
}

/** Where it came from, with the salt of its hash. */
export interface SealedDetails {
  readonly salt: string | null
  readonly address: string | null
  readonly userAgent: string | null
}

/** The seal of an event. */
export interface Seal {
  readonly position: number
  readonly seq: string
  /** Of the event, in UTC to the microsecond, as the database writes it. */
  readonly at: string
  /** Whether the event may go before its seal does: a wrong sign-in that led to nobody, after 90 days. */
  readonly ends: boolean
  readonly eventHash: string
  readonly detailsHash: string | null
  readonly hash: string
}

/** A point of the chain: after it the next seal follows. */
export type ChainPoint = Pick<Seal, 'position' | 'hash'>

/** A seal with what is left of what it seals. */
export interface Sealed extends Seal {
  readonly event: SealedEvent | null
  readonly details: SealedDetails | null
}
