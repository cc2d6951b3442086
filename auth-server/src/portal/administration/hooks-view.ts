// What the page of hooks shows: each hook and how it fares, and the calls that it has not taken, dead ones first.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import { actionLink, button } from '../../pages/components/button.ts'
import { form } from '../../pages/components/form.ts'
import { list } from '../../pages/components/list.ts'
import { emptyState, type RowEntry, rows } from '../../pages/components/rows.ts'
import { exactTime, timeAgo } from '../../pages/components/time.ts'
import type { Page } from '../../pages/frame.ts'
import { type Html, html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { actionOf, hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson } from '../route.ts'
import { administrationPage, nextPart } from './page.ts'

type Hook = OperationAnswer<'hooks.list'>['items'][number]
export type Delivery = OperationAnswer<'hooks.get_delivery'>

interface HooksPage {
  readonly hooks: readonly Hook[]
  readonly found: OperationAnswer<'hooks.deliveries'>
  /** The hook whose calls alone are shown. */
  readonly only: string | undefined
}

export function hooksPage(me: PortalPerson, { hooks, found, only }: HooksPage): Page {
  const path = hrefOf(PATHS.hooks, {})
  return administrationPage(me, (texts) => {
    const { portalHooks: words, administration } = texts
    const filters = hooks.map(({ name }) =>
      actionLink(words.of(name), `${path}?${new URLSearchParams({ hook: name })}`),
    )
    const content = html`<p>${words.lead}</p>
${hooks.length > 0 ? rows(hooks.map((hook) => hookRow(me, hook, texts))) : emptyState(words.none)}
<h2>${words.deliveriesTitle}</h2>
${hooks.length > 1 && html`<p>${[actionLink(words.all, path), ...filters].map((link) => html`${link} `)}</p>`}
${found.items.length > 0 ? rows(found.items.map((one) => deliveryRow(me, one, texts))) : emptyState(words.nothing)}
${nextPart(path, only === undefined ? {} : { hook: only }, found.next, texts)}`
    return { heading: administration.sections.hooks.title, content }
  })
}

function hookRow({ binding, now }: PortalPerson, hook: Hook, texts: Texts): RowEntry {
  const { portalHooks: words } = texts
  const { name, url, events, apis, on_failure, timeout_ms, configured, last_call, last_failure, waiting, dead } = hook
  const ago = (at: string) => timeAgo(new Date(at), now, texts)
  const asks = events.some((event) => event.startsWith('before.'))
  const lines: readonly (string | Html)[] = [
    html`<code>${url}</code>`,
    words.hears(events.join(', ')),
    ...(apis ? [words.apis(apis.join(', '))] : []),
    ...(asks && on_failure ? [words.onFailure[on_failure]] : []),
    ...(asks && timeout_ms !== null ? [words.timeout(timeout_ms)] : []),
    last_call ? words.lastCall(last_call.event, ago(last_call.at)) : words.neverCalled,
    last_failure
      ? words.lastFailure(last_failure.event, ago(last_failure.at), last_failure.because)
      : words.neverFailed,
    words.counts(waiting, dead),
    ...(configured ? [] : [words.notHere]),
  ]
  const calls = hook.recent_calls.map(({ at, event, problem }) => words.call(ago(at), event, problem))
  const action = actionOf(PATHS.hookTest, { hook: name })
  return {
    title: name,
    detail: html`${byLines(lines)}${calls.length > 0 && html`<details><summary>${words.recent(calls.length)}</summary>${list(calls)}</details>`}`,
    ...(configured && { action: form({ binding, action }, button(words.test, 'quiet', name)) }),
  }
}

function deliveryRow({ now }: PortalPerson, delivery: Delivery, texts: Texts): RowEntry {
  const { portalHooks: words } = texts
  const { id, hook, event, at, state, attempts, last_answer, next_attempt_at, expires_at } = delivery
  const title = words.about(hook, event)
  const exact = (moment: string) => html`<time datetime="${moment}">${exactTime(new Date(moment), texts)}</time>`
  const lines: readonly (string | Html)[] = [
    html`${state === 'dead' ? words.dead : words.waits} · ${words.happened(timeAgo(new Date(at), now, texts))} · ${words.attempts(attempts)}`,
    ...(last_answer === null ? [] : [words.answered(last_answer)]),
    next_attempt_at === null ? words.gone(exact(expires_at)) : words.next(exact(next_attempt_at)),
    ...(aboutOf(delivery) === '' ? [] : [html`<code>${aboutOf(delivery)}</code>`]),
  ]
  const link = (step: 'again' | 'drop') =>
    actionLink(words[step], hrefOf(PATHS.hookDeliveryStep, { delivery: id, step }), `${title} ${id}`)
  return {
    title,
    detail: byLines(lines),
    action: html`<div>${state === 'dead' && html`${link('again')} `}${link('drop')}</div>`,
  }
}

function byLines(lines: readonly (string | Html)[]): Html {
  return html`${lines.map((line, index) => html`${index > 0 && html`<br>`}${line}`)}`
}

/** The ids of whom a call is about. */
export function aboutOf({ person_id, client_id, api_id }: Delivery): string {
  return [person_id, client_id, api_id].filter((id) => id !== null).join(' · ')
}
