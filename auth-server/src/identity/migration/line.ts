// A person as a line of our own format, which an import reads: without anything that signs them in.
import type { ListedForMove } from '../../store/queries/export-people.ts'
import type { Answers } from '../../store/tables/registrations.ts'

function writable(answers: Answers): Record<string, string | number | boolean | string[]> {
  return Object.fromEntries(
    Object.entries(answers).map(([name, answer]) => [name, typeof answer === 'object' ? [...answer] : answer]),
  )
}

export function lineOf(person: ListedForMove) {
  const { id, email, isVerified, name, language, claims, isSuspended, otherAddresses, groups } = person
  return {
    ...{ id, email, email_verified: isVerified, name, language, claims, suspended: isSuspended },
    other_emails: otherAddresses.map((one) => ({ email: one.address, email_verified: one.isVerified })),
    groups: [...groups],
    identities: person.identities.map(({ issuer, subject }) => ({ issuer, subject })),
    registrations: person.registrations.map(({ apiId, answers }) => ({ api_id: apiId, answers: writable(answers) })),
  }
}
