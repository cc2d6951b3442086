// What a hook is told about the person whom it decides on.
import type { Db } from '../database.ts'

export async function findHookPerson(db: Db, personId: string) {
  return db
    .selectFrom('people as person')
    .leftJoin('email_addresses as email', (join) =>
      join.onRef('email.person_id', '=', 'person.id').on('email.is_primary', '=', true),
    )
    .where('person.id', '=', personId)
    .select(({ eb }) => [
      'person.name',
      'person.language',
      'email.address as email',
      eb('email.proof', '=', 'verified').as('email_verified'),
    ])
    .executeTakeFirst()
}
