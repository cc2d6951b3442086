// What an administrator can do to a person, a row each: when, by which operation, and what is said afterwards.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import { HttpProblem } from '../../http/problem.ts'
import type { RowEntry } from '../../pages/components/rows.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { hrefOf, PATHS } from '../paths.ts'
import type { PortalNews, PortalPerson } from '../route.ts'

type Status = OperationAnswer<'people.get'>['status']
export type PersonStepName = keyof Texts['administration']['steps']

interface PersonStep {
  /** Of people in one of these states. */
  readonly of: readonly Status[]
  readonly does: (me: PortalPerson, personId: string, etag: string) => Promise<unknown>
  readonly news: PortalNews
  /** What belongs to the person goes with it. */
  readonly takesAll?: true
  /** What they alone own has nobody then who could enter. */
  readonly leavesApps?: true
}

const IN_USE: readonly Status[] = ['active', 'leaving']
const UNMERGED: readonly Status[] = ['active', 'leaving', 'suspended']

export const PERSON_STEPS: Readonly<Record<PersonStepName, PersonStep>> = {
  suspend: {
    of: IN_USE,
    does: (me, id) => me.attempt('people.suspend', { params: { person_id: id } }),
    news: 'suspended',
    leavesApps: true,
  },
  restore: {
    of: ['suspended'],
    does: (me, id) => me.attempt('people.restore', { params: { person_id: id } }),
    news: 'restored',
  },
  'reset-password': {
    of: UNMERGED,
    does: (me, id) => me.attempt('people.reset_password', { params: { person_id: id } }),
    news: 'passwordReset',
  },
  'remove-factors': {
    of: UNMERGED,
    does: (me, id) =>
      told(
        'this person has no second factor',
        me.attempt('people.remove_second_factors', { params: { person_id: id } }),
      ),
    news: 'factorsRemoved',
  },
  'sign-out': {
    of: UNMERGED,
    does: (me, id) => me.attempt('revocations.person', { params: { person_id: id } }),
    news: 'loginsEnded',
  },
  delete: {
    of: ['active', 'suspended'],
    does: (me, id, etag) => me.attempt('people.delete', { params: { person_id: id }, ifMatch: etag }),
    news: 'leaving',
    takesAll: true,
    leavesApps: true,
  },
}

/** What is missing of somebody who is there is said above the step; whoever is not there has no such page. */
async function told(missing: string, asked: Promise<unknown>): Promise<unknown> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof HttpProblem && error.description === missing) return error
    throw error
  }
}

export function isPersonStep(name: string): name is PersonStepName {
  return Object.hasOwn(PERSON_STEPS, name)
}

/** The steps that a person's state allows, each with its page. */
export function stepsFor({ id, status }: OperationAnswer<'people.get'>, { administration }: Texts): RowEntry[] {
  return Object.keys(PERSON_STEPS)
    .filter(isPersonStep)
    .filter((name) => PERSON_STEPS[name].of.includes(status))
    .map((name) => ({
      title: administration.steps[name].button,
      href: hrefOf(PATHS.personStep, { person: id, step: name }),
    }))
}
