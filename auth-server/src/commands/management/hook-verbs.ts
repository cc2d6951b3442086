// npm run hooks: how hooks fare, and the calls that they have not taken.
import { facts } from './tell.ts'
import { ask, operationVerb, type Verb } from './verb.ts'

const COLUMNS = ['id', 'hook', 'event', 'at', 'attempts', 'last_answer', 'person_id', 'client_id', 'api_id']

/** Ids have a dot in them, and names have none. */
const AGAIN: Verb = {
  summary: 'Send a dead call again, or all of a hook; under the same webhook-id',
  takes: ['ID or HOOK'],
  options: {},
  run: async (call) => {
    const [which = ''] = call.args
    if (which.includes('.')) {
      const { body } = await ask(call, 'hooks.send_again', { delivery_id: which })
      return { json: body, text: 'Sending again: 1.' }
    }
    const { sent_again } = await call.client.hooks.sendAllAgain({ hook: which })
    return { json: { sent_again }, text: `Sending again: ${sent_again}.` }
  },
}

const TEST: Verb = {
  summary: 'Call a hook with the event hook.test, and tell what it answered',
  takes: ['HOOK'],
  options: {},
  run: async (call) => {
    const { body } = await ask(call, 'hooks.test', { hook: call.args[0] ?? '' })
    return { json: body, text: facts(body, call.isTerminal) }
  },
}

export const HOOK_VERBS = {
  list: operationVerb({
    operation: 'hooks.list',
    columns: ['name', 'url', 'events', 'on_failure', 'configured', 'waiting', 'dead', 'last_failure'],
  }),
  dead: operationVerb({
    operation: 'hooks.deliveries',
    given: { state: 'dead' },
    columns: COLUMNS,
    none: 'Every call of a hook has arrived, or is still tried.',
  }),
  waiting: operationVerb({
    operation: 'hooks.deliveries',
    given: { state: 'waiting' },
    columns: [...COLUMNS, 'next_attempt_at'],
    none: 'No call of a hook waits.',
  }),
  again: AGAIN,
  drop: operationVerb({
    operation: 'hooks.drop',
    takes: ['ID'],
    takesAway: 'the hook never hears of it.',
    says: 'It is dropped.',
  }),
  test: TEST,
  forget: operationVerb({
    operation: 'hooks.forget',
    takes: ['HOOK'],
    says: 'Forgotten, with all that waited for it.',
  }),
} as const satisfies Readonly<Record<string, Verb>>
