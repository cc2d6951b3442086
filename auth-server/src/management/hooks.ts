// What the operations on hooks do.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import type { AuditContext } from '../audit/context.ts'
import { record } from '../audit/record.ts'
import { randomSecret } from '../crypto/random.ts'
import { FAILURE_RULES } from '../delivery/hooks/hooks.ts'
import { callHook } from '../delivery/hooks/send.ts'
import type { Db } from '../store/database.ts'
import {
  dropHookDelivery,
  findHookDelivery,
  findHooks,
  type HookDelivery,
  type ListedHook,
  listHookDeliveries,
  reviveHooks,
} from '../store/queries/hook-deliveries.ts'
import { forgetHook } from '../store/tables/hook-subscriptions.ts'
import type { HandlersOf } from './handler.ts'
import { moment } from './moment.ts'
import { readPage, toPage } from './page.ts'
import { conflict, invalid, notFound } from './refusals.ts'

/** Asked of a hook by nobody but administrators. */
const TEST_EVENT = 'hook.test'

function showHook(hook: ListedHook, configured: boolean): OperationAnswer<'hooks.list'>['items'][number] {
  const { name, receiver, settings, calledAt, calledEvent, failedAt, failedEvent, failure } = hook
  const call = (at: Date, event: string | null) => ({ at: at.toISOString(), event: event ?? '' })
  return {
    name,
    url: settings?.url ?? receiver,
    events: [...(settings?.events ?? hook.events)],
    apis: settings?.apis ? [...settings.apis] : null,
    on_failure: FAILURE_RULES.find((rule) => rule === settings?.onFailure) ?? null,
    timeout_ms: settings?.timeoutMillis ?? null,
    configured,
    last_call: calledAt && call(calledAt, calledEvent),
    last_failure: failedAt && { ...call(failedAt, failedEvent), because: failure ?? '' },
    recent_calls: [...hook.recent],
    waiting: hook.waiting,
    dead: hook.dead,
  }
}

function showDelivery(delivery: HookDelivery): OperationAnswer<'hooks.send_again'> {
  const { id, hook, event, at, personId, clientId, apiId, isDead, attempts, lastAnswer } = delivery
  return {
    id,
    hook,
    event,
    at: new Date(at).toISOString(),
    state: isDead ? 'dead' : 'waiting',
    person_id: personId,
    client_id: clientId,
    api_id: apiId,
    attempts,
    last_answer: lastAnswer,
    next_attempt_at: moment(delivery.nextAttemptAt),
    expires_at: delivery.expiresAt.toISOString(),
  }
}

/** @throws {HttpProblem} 404 */
async function requireHook(db: Db, name: string): Promise<void> {
  if ((await findHooks(db, name)).length === 0) throw notFoundHook()
}

function notFoundHook() {
  return notFound('hook')
}

/** @throws {HttpProblem} 404 */
async function requireDelivery(db: Db, id: string): Promise<HookDelivery> {
  const delivery = await findHookDelivery(db, id)
  if (!delivery) throw notFoundDelivery()
  return delivery
}

function notFoundDelivery() {
  return notFound('call of a hook')
}

type HookOutcome = 'tested' | 'forgotten' | 'sent-again' | 'dropped'

/** @param about names of the hook and of the event, if it is about one */
function note(db: Db, outcome: HookOutcome, about: readonly string[], context: AuditContext): Promise<void> {
  return record(db, { type: 'hook', outcome, change: { before: [about.join(' ')], after: [] } }, context)
}

export const HOOK_HANDLERS: HandlersOf<'hooks'> = {
  'hooks.list': {
    async read({ db, deps: { hooks } }) {
      await hooks.calls.flush(db)
      const items = (await findHooks(db)).map((hook) => showHook(hook, hooks.byName(hook.name) !== undefined))
      return { items, next: null }
    },
  },
  'hooks.test': {
    async prepare({ db, deps: { config, hooks }, actor, input: { params } }) {
      const hook = hooks.byName(params.hook)
      if (!hook) {
        await requireHook(db, params.hook)
        throw conflict('hook_elsewhere')
      }
      const body = JSON.stringify({ event: TEST_EVENT, at: new Date().toISOString() })
      const began = performance.now()
      const { status, problem = null } = await callHook(config, hook, { id: `msg_${randomSecret(16)}`, body })
      const took_ms = Math.round(performance.now() - began)
      if (problem === null) hooks.calls.answered(hook.name, TEST_EVENT)
      else hooks.calls.failed(hook.name, TEST_EVENT, problem)
      return async ({ trx }) => {
        await note(trx, 'tested', [hook.name], actor.authority.context)
        return { taken: problem === null, status, problem, took_ms }
      }
    },
  },
  'hooks.forget': {
    async write({ trx, deps: { hooks }, actor, input: { params } }) {
      if (hooks.byName(params.hook)) throw conflict('hook_in_file')
      if (!(await forgetHook(trx, params.hook))) throw notFoundHook()
      await note(trx, 'forgotten', [params.hook], actor.authority.context)
      return undefined
    },
  },
  'hooks.send_all_again': {
    async write({ trx, actor, input: { params } }) {
      await requireHook(trx, params.hook)
      const sent_again = await reviveHooks(trx, params)
      if (sent_again > 0) await note(trx, 'sent-again', [params.hook], actor.authority.context)
      return { sent_again }
    },
  },
  'hooks.deliveries': {
    async read({ db, input: { query } }) {
      const page = readPage(query)
      const { hook, state } = query
      const found = await listHookDeliveries(db, { hook, state }, page.oneMore).catch((error: unknown) => {
        if (error instanceof TypeError) throw invalid('cursor')
        throw error
      })
      return toPage(page, found, ({ key }) => key, showDelivery)
    },
  },
  'hooks.get_delivery': {
    async read({ db, input: { params } }) {
      return showDelivery(await requireDelivery(db, params.delivery_id))
    },
  },
  'hooks.send_again': {
    async write({ trx, actor, input: { params } }) {
      const revived = await reviveHooks(trx, { id: params.delivery_id })
      const delivery = await requireDelivery(trx, params.delivery_id)
      if (revived === 0) throw conflict('hook_call_alive')
      await note(trx, 'sent-again', [delivery.hook, delivery.event], actor.authority.context)
      return showDelivery(delivery)
    },
  },
  'hooks.drop': {
    async write({ trx, actor, input: { params } }) {
      const told = await dropHookDelivery(trx, params.delivery_id)
      if (!told) throw notFoundDelivery()
      await note(trx, 'dropped', [told.hook, told.event], actor.authority.context)
      return undefined
    },
  },
}
