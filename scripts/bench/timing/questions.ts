// What somebody can ask of the auth server with nothing but an e-mail address, and whose address it may be.
import { readForms } from '../../demo/html-form.ts'
import type { HttpAnswer, HttpCaller } from '../auth/http.ts'
import { firstRequest, follow } from '../auth/ours.ts'
import { PERSON } from '../auth/party.ts'

/** Addresses of one length. */
export const WHOSE = {
  unknown: 'nobody@example.org',
  known: PERSON.email,
  suspended: 'closed@example.org',
} as const
export type AddressOwner = keyof typeof WHOSE

/** One kind of request, of which everything but the last form is made ready before time is taken. */
export interface TimedQuestion {
  readonly name: string
  readonly prepare: (caller: HttpCaller, origin: string, email: string) => Promise<() => Promise<HttpAnswer>>
}

/** Opens a page of a new visit; what posts its form whose action ends so. */
async function formOf(caller: HttpCaller, origin: string, page: string, actionEnd: string) {
  const form = readForms(page, origin).find(({ action }) => action.pathname.endsWith(actionEnd))
  if (!form) throw new Error(`no form ${actionEnd}`)
  return (fields: Readonly<Record<string, string>>) =>
    caller.post(form.action.pathname, { ...Object.fromEntries(form.fields), ...fields }, { origin })
}

async function loginPage(caller: HttpCaller): Promise<string> {
  return follow(caller, `/authorize?${firstRequest()}`)
}

async function askForm(caller: HttpCaller, origin: string, way: 'sign-up' | 'forgotten') {
  const href = new RegExp(`href="([^"]*/${way})"`).exec(await loginPage(caller))?.[1]
  if (href === undefined) throw new Error(`no link to ${way}`)
  return formOf(caller, origin, (await caller.get(href)).body, `/${way}`)
}

async function askedFor(caller: HttpCaller, origin: string, way: 'sign-up' | 'forgotten', email: string) {
  const { location } = await (await askForm(caller, origin, way))({ email })
  const { body } = await caller.get(location ?? '/')
  const check = await formOf(caller, origin, body, '/check-mail')
  return () => check({ code: '000000' })
}

export const TIMED_QUESTIONS: readonly TimedQuestion[] = [
  {
    name: 'sign-in',
    prepare: async (caller, origin, email) => {
      const post = await formOf(caller, origin, await loginPage(caller), '/login')
      return () => post({ email, password: 'not the right passphrase' })
    },
  },
  {
    name: 'forgotten password',
    prepare: async (caller, origin, email) => {
      const post = await askForm(caller, origin, 'forgotten')
      return () => post({ email })
    },
  },
  {
    name: 'sign-up',
    prepare: async (caller, origin, email) => {
      const post = await askForm(caller, origin, 'sign-up')
      return () => post({ email })
    },
  },
  { name: 'code of a reset', prepare: (caller, origin, email) => askedFor(caller, origin, 'forgotten', email) },
  { name: 'code of a sign-up', prepare: (caller, origin, email) => askedFor(caller, origin, 'sign-up', email) },
]
