// Things that are there for whoever is signed in at the portal, in the place of each parameter of its addresses.

import { newPerson } from './administrator.ts'
import { formsOf } from './browser.ts'
import { type PersonAtPortal, post } from './portal.ts'
import { API, type TestServer } from './server.ts'

/** By the names of parameters. @param who a developer. @param n another one for each call, for what is there once */
export async function portalThings(
  server: TestServer,
  who: PersonAtPortal,
  n: number,
): Promise<Readonly<Record<string, string>>> {
  const NEW = '/portal/new-application'
  const url = `${NEW}?name=Odd&kind=web&redirect=https%3A%2F%2Fodd.example.com%2Fcb`
  const [made] = formsOf((await who.browser.request('GET', url)).body).filter(({ action }) => action === NEW)
  const done = await post(who, NEW, made?.hidden)
  const [client = ''] = /client_[\w-]{22}/.exec(done.body + done.headers.location) ?? []
  if (client === '') throw new Error('there is no application')
  const person = await newPerson(server, `odd-${n}@example.com`)
  return {
    application: client,
    client,
    person,
    list: 'redirect_uris',
    field: 'name',
    api: API.id,
    plan: 'basic',
    step: 'suspend',
    secret: 'AAAAAAAA',
    subscription: `sub_${'A'.repeat(22)}`,
    member: `membership_${'0'.repeat(32)}`,
    request: `request_${'0'.repeat(32)}`,
    decision: 'decline',
  }
}

/** The address of a route about these things. */
export function urlAbout(pattern: string, things: Readonly<Record<string, string>>): string {
  return pattern.replace(/:(\w+)/g, (_all, name: string) => things[name] ?? name)
}
