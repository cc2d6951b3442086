// What a kind of delivery is: how one is sent, how often it is tried, and how many are under way at once.

import type { Config } from '../config.ts'
import type { JwtSigner } from '../crypto/sign-jwt.ts'
import type { Db } from '../store/database.ts'
import type { OutboxEntry, OutboxKind } from '../store/tables/outbox.ts'
import type { Hooks } from './hooks/hooks.ts'
import type { Mailer } from './mail/mailer.ts'

/** What sending needs. */
export interface DeliveryTools {
  readonly db: Db
  readonly config: Pick<
    Config,
    'issuer' | 'cookieSecret' | 'mailFrom' | 'operatorName' | 'eventHosts' | 'keyEncryptionKeys'
  >
  /** None where the server has not been told how to send mail. */
  readonly mailer: Mailer | undefined
  /** Those that people sign in by; some want to hear when a link ends. */
  readonly providers: Readonly<{
    ofIssuer(issuer: string): Readonly<{ revoke?(token: string): Promise<void> }> | undefined
  }>
  readonly hooks: Hooks
  /** What a person has answered to the form of an API, as backends are told it; undefined where there is nothing. */
  readonly answersOf: (
    db: Db,
    who: Readonly<{ personId: string; apiId: string }>,
  ) => Promise<Readonly<Record<string, unknown>> | undefined>
  /** The key that signs now. */
  readonly keys: Readonly<{ current(alg: string): JwtSigner }>
}

/** What became of an attempt; an error that is thrown counts as `later`. `about` is for the log and holds no secret. */
export type DeliveryOutcome = Readonly<{ about?: Readonly<Record<string, unknown>> }> &
  Readonly<
    | { kind: 'arrived' }
    // Nobody wants it any more.
    | { kind: 'dropped' }
    // It cannot arrive, so nobody tries again.
    | { kind: 'refused'; because: string }
    // `answer` is kept, in words, where somebody can look at what waits.
    | { kind: 'later'; because: string; answer?: string }
  >

export interface DeliveryKind<Kind extends OutboxKind> {
  /** @param signal ends it early; it will be sent again. */
  readonly send: (tools: DeliveryTools, entry: OutboxEntry<Kind>, signal?: AbortSignal) => Promise<DeliveryOutcome>
  /** Pause after the first attempt; four times as long after each further one, at most the longest. */
  readonly retries: Readonly<{ firstPauseSeconds: number; longestPauseSeconds: number }>
  /** How many may be under way to one receiver, so that one which hangs, or is merely slow, leaves room for others. */
  readonly perReceiver: number
}
