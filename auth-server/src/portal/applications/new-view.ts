// The pages of a new application: its questions, what it will be, and its secret where it has one.
import type { HttpProblem } from '../../http/problem.ts'
import { button, linkButton, wayLink } from '../../pages/components/button.ts'
import { choice } from '../../pages/components/choice.ts'
import { copyable } from '../../pages/components/copyable.ts'
import { field, hiddenFields } from '../../pages/components/field.ts'
import { form } from '../../pages/components/form.ts'
import { note } from '../../pages/components/notice.ts'
import { portalPage } from '../../pages/components/portal-page.ts'
import { type AskedFields, refusedNotice } from '../../pages/components/refused.ts'
import { secretOnce } from '../../pages/components/secret.ts'
import { summaryList } from '../../pages/components/summary.ts'
import type { Page } from '../../pages/frame.ts'
import { type Html, html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { actionOf, hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson } from '../route.ts'
import { type Application, applicationHref } from './one.ts'

const KINDS = ['native', 'browser', 'web', 'machine'] as const
export type NewKind = (typeof KINDS)[number]

export function isNewKind(text: string): text is NewKind {
  return KINDS.some((kind) => kind === text)
}

/** As far as they were given. */
export interface NewApplicationAnswers {
  readonly name: string | undefined
  readonly kind: NewKind | undefined
  readonly redirect: string | undefined
}

type AskedFor = 'name' | 'kind' | 'redirect' | 'review'
const ORDER: readonly AskedFor[] = ['name', 'kind', 'redirect', 'review']

interface Question {
  readonly answers: NewApplicationAnswers
  /** Under which it is registered once. */
  readonly key: string
  /** The question that was answered wrongly. */
  readonly asks?: AskedFor | undefined
  readonly problem?: HttpProblem | undefined
}

/** The first question without an answer. */
function nextOf({ name, kind, redirect }: NewApplicationAnswers): AskedFor {
  if (name === undefined) return 'name'
  if (kind === undefined) return 'kind'
  return kind !== 'machine' && redirect === undefined ? 'redirect' : 'review'
}

export function questionPage(
  { frame, binding }: PortalPerson,
  { answers, key, asks = nextOf(answers), problem }: Question,
): Page {
  return (texts) => {
    const { steps } = texts.portalApplications
    const others = Object.fromEntries(Object.entries(answers).filter(([name]) => name !== asks))
    const hidden = asks === 'review' ? { ...answers, key, last: 'yes' } : { ...others, key }
    const content = html`<p>${steps.of(ORDER.indexOf(asks) + 1, ORDER.length)}</p>
${asks === 'review' && review(answers, texts)}
${form(
  { binding, action: actionOf(PATHS.newApplication, {}) },
  ...hiddenFields(hidden),
  ...fieldsOf(asks, answers, texts),
  button(asks === 'review' ? steps.create : steps.goOn),
)}`
    return portalPage(
      {
        frame,
        heading: steps[asks],
        back: backOf(asks, answers, texts),
        notice: problem && refusedNotice(problem, texts, askedIn(asks, texts)),
        content,
      },
      texts,
    )
  }
}

function askedIn(asks: AskedFor, { portalApplications: { steps } }: Texts): AskedFields {
  if (asks === 'name') return { name: { field: 'name', label: steps.nameLabel } }
  return asks === 'redirect' ? { redirect_uris: { field: 'redirect', label: steps.redirectLabel } } : {}
}

function fieldsOf(
  asks: AskedFor,
  { name, kind = 'native', redirect }: NewApplicationAnswers,
  texts: Texts,
): readonly Html[] {
  const { steps, kinds, kindDetails } = texts.portalApplications
  if (asks === 'name')
    return [
      field({
        kind: 'text',
        name: 'name',
        label: steps.nameLabel,
        hint: steps.nameHint,
        maxLength: 80,
        value: name ?? '',
        hasFocus: true,
      }),
    ]
  if (asks === 'kind') {
    const options = KINDS.map((value) => ({ value, label: `${kinds[value]}: ${kindDetails[value]}` }))
    return [choice({ name: 'kind', legend: texts.portalApplications.kind, options, chosen: kind })]
  }
  if (asks === 'review') return []
  return [
    field({
      kind: 'text',
      name: 'redirect',
      label: steps.redirectLabel,
      hint: steps.redirectHint[kind],
      maxLength: 2000,
      value: redirect ?? '',
      hasFocus: true,
    }),
  ]
}

/** Each answer with the page that asks for it again. */
function review(answers: NewApplicationAnswers, texts: Texts): Html {
  const { steps, kinds, kind: kindKey } = texts.portalApplications
  const { name, kind = 'native', redirect } = answers
  const change = (without: keyof NewApplicationAnswers) => ({ href: hrefWithout(answers, without) })
  const entries = [
    { key: steps.nameLabel, value: html`<bdi>${name ?? ''}</bdi>`, change: change('name') },
    { key: kindKey, value: kinds[kind], change: change('kind') },
    kind === 'machine'
      ? { key: steps.redirectLabel, value: steps.noRedirect }
      : { key: steps.redirectLabel, value: html`<code>${redirect ?? ''}</code>`, change: change('redirect') },
  ]
  return html`${summaryList(entries, texts)}${note(steps.after)}`
}

function hrefWithout(answers: NewApplicationAnswers, without: keyof NewApplicationAnswers): string {
  const kept = Object.entries(answers).flatMap(([name, value]) =>
    // Another kind may want another address.
    value === undefined || name === without || (without === 'kind' && name === 'redirect') ? [] : [[name, value]],
  )
  return `${PATHS.newApplication}?${new URLSearchParams(kept)}`
}

function backOf(asks: AskedFor, answers: NewApplicationAnswers, texts: Texts) {
  const { steps } = texts.portalApplications
  if (asks === 'name') return { label: texts.portal.sections.applications.title, href: PATHS.applications }
  if (asks === 'kind') return { label: steps.name, href: PATHS.newApplication }
  if (asks === 'review' && answers.kind !== 'machine')
    return { label: steps.redirect, href: hrefWithout(answers, 'redirect') }
  return { label: steps.kind, href: hrefWithout(answers, 'kind') }
}

/** Once, in the answer to the form. */
export function createdPage({ frame }: PortalPerson, application: Application, secret: string): Page {
  return (texts) => {
    const { created, clientId } = texts.portalApplications
    const content = html`<h2>${clientId}</h2>
${copyable(html`<code translate="no">${application.client_id}</code>`, texts)}
${secretOnce([secret], created.whenLost, texts)}
${linkButton(texts.portalApis.ofApp.subscribe, hrefOf(PATHS.subscribeApplication, { application: application.client_id }))}
${wayLink(created.toApplication, applicationHref(application))}`
    return portalPage({ frame, heading: created.title, content }, texts)
  }
}
