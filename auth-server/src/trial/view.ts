// The page of a trial: a drawn phone that shows which step runs, and beside it the wire.
import type { FormBinding } from '../http/csrf.ts'
import { actionLink, button } from '../pages/components/button.ts'
import { field, hiddenFields } from '../pages/components/field.ts'
import { form } from '../pages/components/form.ts'
import { live } from '../pages/components/live.ts'
import { note, problemSummary } from '../pages/components/notice.ts'
import { phone, progress } from '../pages/components/phone.ts'
import { emptyState } from '../pages/components/rows.ts'
import { LAST_MESSAGE, wire } from '../pages/components/wire.ts'
import { type Html, html } from '../pages/html.ts'
import type { Texts } from '../pages/locales/en.ts'
import { authorizationAddress } from './parameters.ts'
import type { OpenTrial, TrialProblem } from './play.ts'
import { decodeToken } from './tokens.ts'
import type { TriedApp } from './trial.ts'
import { messagesOf } from './wire-view.ts'

const MAX_PATH = 500

/** What the page shows, and where its forms lead. */
export interface TrialFacts {
  readonly app: TriedApp
  readonly open: OpenTrial | undefined
  readonly issuer: string
  readonly binding: FormBinding
  /** Before the names of the forms: begin, call, end. */
  readonly actions: string
  /** What the forms bring along. */
  readonly hidden?: Readonly<Record<string, string>>
  readonly problem?: TrialProblem | undefined
  /** The path that was called last, or that is wrong. */
  readonly path?: string | undefined
}

/** All but the title. */
export function trialView(facts: TrialFacts, texts: Texts): Html {
  const { app, open, problem } = facts
  const { trial } = texts
  const problems = problem === undefined ? [] : [{ field: 'path', text: trial.problems[problem] }]
  const isWaiting = open !== undefined && !open.isAnswered
  const content = html`${problemSummary(problems, texts)}<div class="trial">
${phone({ label: trial.phone, app: app.name }, progress(Object.values(trial.steps), stepOf(open)), ...screen(facts, texts))}
<section aria-label="${trial.wire}">
<h2>${trial.wire}</h2>
${open ? wire(messagesOf(open, facts.issuer, texts)) : emptyState(trial.nothingYet)}
</section>
</div>`
  const revision = open ? `${open.id}-${open.revision}` : 'none'
  return live({ revision, isWaiting, withoutScript: trial.withoutScript }, content)
}

function stepOf(open: OpenTrial | undefined): number {
  if (!open?.isAsked) return 0
  if (!open.isAnswered) return 1
  return open.trial.grant?.kind === 'tokens' ? 3 : 2
}

function screen(facts: TrialFacts, texts: Texts): readonly Html[] {
  const { open } = facts
  const { trial } = texts
  if (!open) return [state(trial.state.none), plainForm(facts, 'begin', button(trial.begin))]
  const { isAsked, isAnswered, secondsLeft } = open
  const { grant } = open.trial
  const ending = [
    note(trial.minutes(Math.max(1, Math.round(secondsLeft / 60)))),
    plainForm(facts, 'end', button(trial.end, 'plain')),
  ]
  if (!isAnswered)
    return [
      state(isAsked ? trial.state.asked : trial.state.prepared),
      signInLink(authorizationAddress(open.trial), isAsked ? trial.openAgain : trial.open, texts),
      ...ending,
    ]
  if (grant?.kind !== 'tokens')
    return [state(trial.state.failed), plainForm(facts, 'begin', button(trial.again)), ...ending]
  const sub = decodeToken(grant.accessToken)?.claims.sub
  return [state(trial.state.signedIn(String(sub))), callForm(facts, texts), ...calledNote(open, texts), ...ending]
}

/** What became of the newest call; the whole of it stands at the end of the wire. */
function calledNote({ trial: { calls } }: OpenTrial, { trial }: Texts): readonly Html[] {
  const last = calls.at(-1)
  if (!last) return []
  const left = 'status' in last && last.headers.find(([name]) => name === 'ratelimit-remaining')?.[1]
  const words = 'status' in last ? trial.state.called(last.status) : trial.state.notCalled
  return [
    html`<p class="now" role="status">${words}${left && html` · ${trial.state.left(left)}`}</p>
<p>${actionLink(trial.seeWire, `#${LAST_MESSAGE}`)}</p>`,
  ]
}

/** Focused by the script when it changes: so it is read out, too. */
function state(text: string | Html): Html {
  return html`<p class="now" tabindex="-1" data-state>${text}</p>`
}

function signInLink(href: string, label: string, { trial }: Texts): Html {
  return html`<p><a class="button" href="${href}" target="_blank" rel="noopener">${label}</a></p>
<p class="hint">${trial.inNewTab}</p>`
}

function plainForm({ binding, actions, hidden = {} }: TrialFacts, action: string, press: Html): Html {
  return form({ binding, action: actions + action }, ...hiddenFields(hidden), press)
}

function callForm({ binding, actions, hidden = {}, app, path, problem }: TrialFacts, { trial }: Texts): Html {
  return form(
    { binding, action: `${actions}call` },
    ...hiddenFields(hidden),
    field({
      name: 'path',
      label: trial.path,
      kind: 'text',
      maxLength: MAX_PATH,
      value: path ?? '/',
      isOptional: true,
      hint: app.resource,
      ...(problem === 'path' && { problems: [{ field: 'path', text: trial.problems.path }] }),
    }),
    button(trial.callButton),
  )
}
