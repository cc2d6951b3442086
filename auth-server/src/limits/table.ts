// The table of all limits on attempts: what each counts, how many it allows, where it is held, and what the caller hears.
import { MAX_WAITING } from '../crypto/password-queue.ts'
import { MAX_WRONG_VERIFIERS } from '../store/tables/authorization-codes.ts'

/** One limit. */
export interface Limit {
  /** What is counted, in words that follow "counts". */
  readonly counts: string
  /** How many, or the setting that says how many; 0 of a setting allows any number. */
  readonly allowed: number | string
  readonly windowSeconds: number | null
  /**
   * `database`: over all instances together, as what guards an account or a secret has to be. `process`: each instance
   * counts for itself, as what guards the instance may.
   */
  readonly held: 'database' | 'process'
  /** What a caller hears beyond it. */
  readonly answer: string
}

/** How many networks of one site (IPv6 /48) may use up all that one of them (IPv6 /64, or an IPv4 address) may. */
export const NETWORKS_OF_A_SITE = 4

/** A new limit is a row here, opened in index.ts; `npm run docs` makes docs/limits.md of it. */
export const LIMITS = {
  visits: {
    counts: 'requests to `/authorize` and `/par` by address; one that keeps more than 1 KB counts as several',
    allowed: 'VISITS_PER_MINUTE',
    windowSeconds: 60,
    held: 'process',
    answer: '429 `too_many_requests` with Retry-After, as a page at `/authorize`',
  },
  clientGuesses: {
    counts: 'wrong secrets and assertions of one client by address; a right one is no guess',
    allowed: 10,
    windowSeconds: 60,
    held: 'database',
    answer: '429 `too_many_requests` with Retry-After; the right secret waits as well',
  },
  clientGuessesByAddress: {
    counts: 'wrong secrets and assertions by address, whichever client they are for',
    allowed: 100,
    windowSeconds: 60,
    held: 'database',
    answer: '429 `too_many_requests` with Retry-After; the right secret waits as well',
  },
  signInGuesses: {
    counts: 'wrong passwords of one account by address, whether there is such an account or not',
    allowed: 20,
    windowSeconds: 600,
    held: 'database',
    answer: '429 on the sign-in page with Retry-After; the right password waits as well',
  },
  signInGuessesByAddress: {
    counts: 'wrong passwords by address, whichever account they are for',
    allowed: 300,
    windowSeconds: 600,
    held: 'database',
    answer: '429 on the sign-in page with Retry-After; the right password waits as well',
  },
  passwordChecks: {
    counts: 'password checks that wait at once; one address may take half of the places that are free',
    allowed: MAX_WAITING,
    windowSeconds: null,
    held: 'process',
    answer: '429 for an address that has its share, 503 when all places are taken, both with Retry-After',
  },
  codeVerifiers: {
    counts: 'wrong `code_verifier`s of one authorization code',
    allowed: MAX_WRONG_VERIFIERS,
    windowSeconds: null,
    held: 'database',
    answer: '400 `invalid_grant`: the code is of no use any more',
  },
} as const satisfies Readonly<Record<string, Limit>>

export type LimitName = keyof typeof LIMITS
