// Who a person is elsewhere: the subject of an issuer, which is one person's here. Nothing writes it before federation.
import type { Defaulted, TableDeclaration } from '../declaration.ts'

export interface Identities {
  /** In the issuer's own words, whatever our configuration calls it. */
  issuer: string
  subject: string
  person_id: string
  created_at: Defaulted<Date>
  used_at: Date | null
}

export const IDENTITIES: TableDeclaration<Identities> = {
  purpose: 'The accounts elsewhere by which people sign in here.',
  lifetime: { kept: 'Until the person takes it away; goes with the person.' },
  people: {
    exported: {
      rows: 'person_id',
      columns: {
        issuer: 'exported',
        subject: 'exported',
        person_id: 'owner',
        created_at: 'exported',
        used_at: 'exported',
      },
    },
    erased: { cascade: 'people' },
  },
}
