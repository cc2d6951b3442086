// All that an administrator is shown of one person, asked at once.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import type { PortalPerson } from '../route.ts'

export interface PersonFacts {
  readonly person: OperationAnswer<'people.get'>
  /** The version of the person. */
  readonly etag: string
  readonly credentials: OperationAnswer<'people.credentials'>
  readonly roles: OperationAnswer<'roles.list'>['items']
  readonly groups: OperationAnswer<'groups.of_person'>['groups']
  readonly installations: OperationAnswer<'people.installations'>['items']
  readonly consents: OperationAnswer<'people.consents'>['items']
  readonly sessions: OperationAnswer<'people.sessions'>['items']
}

/** A page of each: more than a person has, and a bound where one has more. */
const PART = { query: { limit: 100 } } as const

/** @throws {HttpProblem} 404 for an id that nobody has, 400 for what is none */
export async function readPersonFacts(me: PortalPerson, personId: string): Promise<PersonFacts> {
  const one = { params: { person_id: personId } }
  const { body: person, etag } = await me.ask('people.get', one)
  const [credentials, roles, groups, installations, consents, sessions] = await Promise.all([
    me.ask('people.credentials', one),
    me.ask('roles.list', { query: { limit: 100, person_id: personId } }),
    me.ask('groups.of_person', one),
    me.ask('people.installations', { ...one, ...PART }),
    me.ask('people.consents', { ...one, ...PART }),
    me.ask('people.sessions', { ...one, ...PART }),
  ])
  return {
    person,
    etag,
    credentials: credentials.body,
    roles: roles.body.items,
    groups: groups.body.groups,
    installations: installations.body.items,
    consents: consents.body.items,
    sessions: sessions.body.items,
  }
}
