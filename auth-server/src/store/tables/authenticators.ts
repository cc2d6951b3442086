// What people prove themselves with beside a password: passkeys, TOTP secrets, recovery codes; a row each.
import { sql } from 'kysely'
import type { Defaulted, TableDeclaration } from '../declaration.ts'

export interface Authenticators {
  id: string
  person_id: string
  kind: 'passkey' | 'totp' | 'recovery_code'
  name: string | null
  /** A passkey's credential id, the hash of a recovery code. */
  credential: string | null
  /** A passkey's public key (COSE), a sealed TOTP secret. */
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

export const AUTHENTICATORS = {
  purpose: 'What people prove themselves with beside a password: passkeys, TOTP secrets and recovery codes.',
  lifetime: {
    until: '72 hours after the person has taken it away, while that can be undone; goes with the person',
    obsolete: sql`removed_at < auth_now() - interval '72 hours'`,
    indexed: true,
  },
  people: {
    exported: {
      rows: 'person_id',
      columns: [
        'id',
        'kind',
        'name',
        'transports',
        'backed_up',
        'created_at',
        'confirmed_at',
        'used_at',
        'suspended_at',
        'removed_at',
      ],
    },
    erased: { cascade: 'people' },
  },
} satisfies TableDeclaration<Authenticators>
