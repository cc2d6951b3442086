// One row of the second opinion: what is asked, what ours answers, and why the other server's answer is not our way.
import type { Party } from './party.ts'

/** Where the other server answers otherwise. */
export interface Difference {
  readonly theirs: string
  readonly because: string
}

export type Row = readonly [name: string, ask: (server: Party) => Promise<string>, ours: string, differs?: Difference]

/** Reasons that more than one row has. */
export const why = {
  IMPLICIT: 'RFC 9700 §2.1.2: without the implicit grant no answer of ours is ever in a fragment',
  IGNORED_SCOPE:
    'it grants nothing then; an app that misspells its only scope hears of it from us (RFC 6749 §3.3 allows both)',
  REPEATED: 'RFC 6749 §3.1, §3.2: no parameter may come more than once, known or not',
  ENCODING: 'what is not the UTF-8 of some text is not read at all here, so that nobody reads it in another way',
  METHOD: 'RFC 9110 §15.5.6: the address is right and the method is not, which 405 and Allow say',
  STATUS: 'the same error code; the status is the more exact one of HTTP (RFC 9110 §15.5.14, §15.5.16)',
  NOBODY: 'RFC 6749 §5.2: no client authentication included is invalid_client',
  FAILED: 'RFC 6749 §5.2: who used the Authorization header and failed hears 401, invalid_client and the scheme',
  UNAUTHORIZED: 'RFC 6749 §5.2 has unauthorized_client for a grant that this client may not use',
} as const
