// What people prove themselves with beside a password: passkeys, TOTP secrets, recovery codes; a row each.
import { REMOVED_WHILE_UNDOABLE } from '../account-change.ts'
import type { Defaulted, TableDeclaration } from '../declaration.ts'

export interface Authenticators {
  id: string
  person_id: string
  kind: 'passkey' | 'totp' | 'recovery_code'
  name: string | null
  /** A passkey's credential id, the hash of a recovery code. */
  credential: string | null
  /** A passkey's public key (COSE), a sealed TOTP secret, the sealed key of a recovery code's hash. */
  key: Buffer | null
  /** A passkey's signature counter, the time step of the last TOTP code: the next has to be higher. */
  counter: Defaulted<string>
  transports: Defaulted<string[]>
  backed_up: boolean | null
  created_at: Defaulted<Date>
  /** Until then it counts for nothing. */
  confirmed_at: Date | null
  used_at: Date | null
  /** Set aside after "that wasn't me"; an older authenticator may bring it back. */
  suspended_at: Date | null
  /** Taken away; it is set aside as well, and can be brought back for a while. */
  removed_at: Date | null
  /** The session in which one that is not confirmed yet was begun. */
  enrolled_in: string | null
}

export const AUTHENTICATORS: TableDeclaration<Authenticators> = {
  purpose: 'What people prove themselves with beside a password: passkeys, TOTP secrets and recovery codes.',
  lifetime: REMOVED_WHILE_UNDOABLE,
  people: {
    exported: {
      rows: 'person_id',
      columns: {
        id: 'exported',
        person_id: 'owner',
        kind: 'exported',
        name: 'exported',
        credential: 'secret',
        key: 'secret',
        counter: 'internal',
        transports: 'exported',
        backed_up: 'exported',
        created_at: 'exported',
        confirmed_at: 'exported',
        used_at: 'exported',
        suspended_at: 'exported',
        removed_at: 'exported',
        enrolled_in: 'internal',
      },
    },
    erased: { cascade: 'people' },
  },
}
