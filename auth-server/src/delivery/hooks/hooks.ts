// The hooks of the catalogue file: where each is called, by which secrets it is signed, and what it hears of.
import type { WebhookSecrets } from '../../crypto/webhook.ts'
import { BEFORE_EVENTS, type BeforeEvent } from '../../store/hook-events.ts'
import type { ConfirmedHook } from '../../store/tables/hook-subscriptions.ts'
import { type HookCalls, openHookCalls } from './calls.ts'

/** What happens when a hook that is asked does not answer as it should. */
export const FAILURE_RULES = ['refuse', 'continue'] as const
export type FailureRule = (typeof FAILURE_RULES)[number]

export interface Hook {
  readonly name: string
  /** Where it stands in the file, in words. */
  readonly place: string
  readonly url: string
  readonly secrets: WebhookSecrets
  readonly events: readonly string[]
  /** The ids of the APIs for whose sign-ins and tokens it is asked; undefined for all. */
  readonly apis: readonly string[] | undefined
  /** Those of them that the file does not have. */
  readonly apisElsewhere: readonly string[]
  /** Whether it hears what people have answered to forms. */
  readonly withAnswers: boolean
  readonly onFailure: FailureRule
  readonly timeoutMillis: number
}

export interface Hooks {
  readonly all: readonly Hook[]
  byName(name: string): Hook | undefined
  /** Those that are asked before it, in the order of the file. @param apiId where it is about one */
  before(event: BeforeEvent, apiId: string | undefined): readonly Hook[]
  readonly log: HookLog
  readonly calls: HookCalls
}

/** Where it is told that one did not answer. */
export interface HookLog {
  warn(about: object, message: string): void
}

const SILENT: HookLog = { warn: () => {} }

export function listHooks(all: readonly Hook[], log: HookLog = SILENT): Hooks {
  return {
    all,
    log,
    calls: openHookCalls(),
    byName: (name) => all.find((hook) => hook.name === name),
    before: (event, apiId) =>
      all.filter(
        ({ events, apis }) => events.includes(event) && (!apis || (apiId !== undefined && apis.includes(apiId))),
      ),
  }
}

export const NO_HOOKS: Hooks = listHooks([])

/** The hooks as the database knows them. */
export function subscriptionsOf({ all }: Hooks): readonly ConfirmedHook[] {
  const isAfter = (event: string) => !BEFORE_EVENTS.some((before) => before === event)
  return all.map(({ name, url, events, apis = null, onFailure, timeoutMillis }) => ({
    name,
    receiver: new URL(url).origin,
    events: events.filter(isAfter),
    settings: { url: shownAddress(url), events, apis, onFailure, timeoutMillis },
  }))
}

/** Without its query: there may be a key in it. */
function shownAddress(address: string): string {
  const { origin, pathname, search } = new URL(address)
  return `${origin}${pathname}${search === '' ? '' : '?…'}`
}
