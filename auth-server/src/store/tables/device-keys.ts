// The keys of devices: each speaks for one installation of one app, and for one person.
import type { Defaulted, Json, TableDeclaration } from '../declaration.ts'

export interface DeviceKeys {
  /** The key's thumbprint (RFC 7638). */
  jkt: string
  person_id: string
  application_id: string
  public_jwk: Json<Readonly<Record<string, unknown>>>
  /** What vouched for it, if anything did. */
  attested_by: string | null
  attested_at: Date | null
  created_at: Defaulted<Date>
  used_at: Date | null
}

export const DEVICE_KEYS = {
  purpose: 'The public keys of devices, by which apps know guests and installations.',
  lifetime: { kept: 'Until the installation ends; goes with the person or the application.' },
  people: {
    exported: {
      rows: 'person_id',
      columns: ['jkt', 'application_id', 'attested_by', 'attested_at', 'created_at', 'used_at'],
    },
    erased: { cascade: 'people' },
  },
} satisfies TableDeclaration<DeviceKeys>
