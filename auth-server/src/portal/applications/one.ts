// The application that a page is about.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import { HttpProblem } from '../../http/problem.ts'
import { pathParameter } from '../../http/request-path.ts'
import { hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson } from '../route.ts'

export type Application = OperationAnswer<'applications.get'>
export type Member = OperationAnswer<'applications.people'>['items'][number]

/** The application that an address names, with its version. */
export function askOne(request: Parameters<typeof pathParameter>[0], me: PortalPerson) {
  return me.ask('applications.get', { params: { client_id: pathParameter(request, 'application') ?? '' } })
}

/** Everybody of an application; it has few. */
export async function peopleOf(me: PortalPerson, { client_id }: Application): Promise<readonly Member[]> {
  return (await me.ask('applications.people', { params: { client_id }, query: { limit: 100 } })).body.items
}

/** Whether people are not asked before the application gets what it asks for, at an API. */
export async function hasTrust(me: PortalPerson, { client_id }: Pick<Application, 'client_id'>): Promise<boolean> {
  const { body } = await me.ask('subscriptions.list', { query: { client_id, limit: 100 } })
  return body.items.some(({ trusted }) => trusted)
}

/** What was asked; undefined where it is not there: what a form ends is gone when it is pressed twice. @throws {HttpProblem} but 404 */
export async function ifThere<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof HttpProblem && error.status === 404) return undefined
    throw error
  }
}

export function isMachine({ grant_types: types }: Pick<Application, 'grant_types'>): boolean {
  return types.length === 1 && types[0] === 'client_credentials'
}

export function applicationHref({ client_id: application }: Pick<Application, 'client_id'>): string {
  return hrefOf(PATHS.application, { application })
}
