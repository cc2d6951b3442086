// All that an administrator is shown of one person, asked at once.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import { allItems } from '../apis/all-items.ts'
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
  /** What nobody else owns. */
  readonly soleApps: OperationAnswer<'applications.list'>['items']
}

/** A part of a list. */
function part(cursor: string | undefined) {
  return { limit: 100, ...(cursor !== undefined && { cursor }) }
}

/** The applications that would be without an owner who can enter, if this person could not. */
export function soleAppsOf(me: PortalPerson, personId: string): Promise<OperationAnswer<'applications.list'>['items']> {
  return allItems(
    async (cursor) => (await me.ask('applications.list', { query: { ...part(cursor), sole_owner: personId } })).body,
  )
}

/** @throws {HttpProblem} 404 for an id that nobody has, 400 for what is none */
export async function readPersonFacts(me: PortalPerson, personId: string): Promise<PersonFacts> {
  const one = { params: { person_id: personId } }
  const { body: person, etag } = await me.ask('people.get', one)
  const [credentials, roles, groups, installations, consents, sessions, soleApps] = await Promise.all([
    me.ask('people.credentials', one),
    allItems(async (cursor) => (await me.ask('roles.list', { query: { ...part(cursor), person_id: personId } })).body),
    me.ask('groups.of_person', one),
    allItems(async (cursor) => (await me.ask('people.installations', { ...one, query: part(cursor) })).body),
    allItems(async (cursor) => (await me.ask('people.consents', { ...one, query: part(cursor) })).body),
    allItems(async (cursor) => (await me.ask('people.sessions', { ...one, query: part(cursor) })).body),
    soleAppsOf(me, personId),
  ])
  return {
    person,
    etag,
    credentials: credentials.body,
    roles,
    groups: groups.body.groups,
    installations,
    consents,
    sessions,
    soleApps,
  }
}
