// npm run api -- add and change: an API with its scopes in words. A change names what is to be different; the rest stays.
import { OPERATIONS, type OperationInput } from '@mobile-api-gateway/sdk/contract/index.ts'
import { Mistake } from './mistake.ts'
import { inputOf, optionsOf, requireMembers } from './options.ts'
import { facts, type Told } from './tell.ts'
import { textsOf, type Verb, type VerbCall } from './verb.ts'

const CREATE = OPERATIONS['apis.create']
const UPDATE = OPERATIONS['apis.update']

type Definition = OperationInput<'apis.update'>['body']
type ScopeList = Definition['scopes']

const SCOPES = {
  scope: { type: 'string', multiple: true, help: 'name="what it allows", in words for people. Once for each' },
  'scope-group': { type: 'string', multiple: true, help: 'scope=group: that group alone may allow it. Once for each' },
  'guest-scope': { type: 'string', multiple: true, help: 'A scope that guests have, too. Once for each' },
} as const

export const API_ADD: Verb = {
  summary: CREATE.summary,
  takes: ['API'],
  options: { ...withoutId(optionsOf(CREATE)), ...SCOPES },
  run: addApi,
}

export const API_CHANGE: Verb = {
  summary: 'Change what is named of an API; a list is named whole',
  takes: ['API'],
  options: { ...optionsOf(UPDATE), ...SCOPES },
  run: changeApi,
}

function withoutId({ id: _, ...options }: Verb['options']): Verb['options'] {
  return options
}

async function addApi({ client, values, args: [id = ''], isTerminal }: VerbCall): Promise<Told> {
  const given = { id, ...inputOf(CREATE, values), scopes: scopesOf(values, []) }
  requireMembers(CREATE, given)
  const { body } = await client.call('apis.create', { name: '', resource: '', plans: [], ...given })
  return { json: body, text: facts(body, isTerminal) }
}

async function changeApi({ client, values, args: [id = ''], isTerminal }: VerbCall): Promise<Told> {
  const { body: now, etag = '' } = await client.call('apis.get', { id })
  // What no option says stays as it is; what a body leaves out would be taken away.
  const kept: Required<Omit<Definition, 'scopes'>> = {
    name: now.name,
    description: now.description,
    resource: now.resource,
    plans: now.plans,
    plan_descriptions: now.plan_descriptions,
    token_groups: now.token_groups,
    guest_plan: now.guest_plan,
    events_uri: now.events_uri,
    offer: now.offer,
    sign_in: now.sign_in,
    sign_up: now.sign_up,
    registration: now.registration,
  }
  const given = { ...kept, ...inputOf(UPDATE, values), scopes: scopesOf(values, now.scopes) }
  // Of a plan that goes nothing is said any more.
  const said = Object.entries(now.plan_descriptions).filter(([plan]) => given.plans.includes(plan))
  const definition = { ...given, plan_descriptions: Object.fromEntries(said) }
  const { body } = await client.call('apis.update', { id, ...definition }, { ifMatch: etag })
  return { json: body, text: facts(body, isTerminal) }
}

/** Name and words of each. @throws {Mistake} */
function pairsOf(values: VerbCall['values'], option: string, like: string): ReadonlyMap<string, string> {
  return new Map(
    textsOf(values, option).map((text) => {
      const at = text.indexOf('=')
      if (at < 1 || at === text.length - 1) throw new Mistake(`--${option} is ${like}, not ${text}.`)
      return [text.slice(0, at), text.slice(at + 1)]
    }),
  )
}

/** The scopes that are named, or those that there are; groups and guests of each as they are said, or were. */
function scopesOf(values: VerbCall['values'], before: ScopeList): ScopeList {
  const words = pairsOf(values, 'scope', 'name="what it allows"')
  const groups = pairsOf(values, 'scope-group', 'scope=group')
  const guests = textsOf(values, 'guest-scope')
  const names = words.size > 0 ? [...words.keys()] : before.map(({ name }) => name)
  const unknown = [...groups.keys(), ...guests].find((name) => !names.includes(name))
  if (unknown !== undefined) throw new Mistake(`${unknown} is no scope of this API: name it with --scope.`)
  return names.map((name) => {
    const was = before.find((scope) => scope.name === name)
    return {
      name,
      description: words.get(name) ?? was?.description ?? '',
      required_group: groups.get(name) ?? was?.required_group ?? null,
      for_guests: guests.length > 0 ? guests.includes(name) : (was?.for_guests ?? false),
    }
  })
}
