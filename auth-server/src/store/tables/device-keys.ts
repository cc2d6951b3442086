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

export const DEVICE_KEYS: TableDeclaration<DeviceKeys> = {
  purpose: 'The public keys of devices, by which apps know guests and installations.',
  lifetime: { kept: 'Until the installation ends; goes with the person or the application.' },
  people: {
    exported: {
      rows: 'person_id',
      columns: {
        jkt: 'exported',
        person_id: 'owner',
        application_id: 'exported',
        public_jwk: 'repeated',
        attested_by: 'exported',
        attested_at: 'exported',
        created_at: 'exported',
        used_at: 'exported',
      },
    },
    erased: { cascade: 'people' },
  },
}
