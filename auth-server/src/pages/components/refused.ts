// Why the management API refused what a form asked for, above the form: in the page's language, with the way to the field.
import { sayRefusal } from '@mobile-api-gateway/sdk/contract/refusals.ts'
import type { HttpProblem } from '../../http/problem.ts'
import { asSentence } from '../error.ts'
import { type Html, html } from '../html.ts'
import type { Texts } from '../locales/en.ts'

/** A field of a form, as the page calls it. */
export interface AskedField {
  /** Its id on the page. */
  readonly field: string
  readonly label: string
  /** How it is written. */
  readonly hint?: string | undefined
}

/** Under the member of the operation's body that each field is sent as: `redirect_uris`, or `android/package` inside one. */
export type AskedFields = Readonly<Record<string, AskedField>>

/** Where in the body something does not fit the contract, and how, as management/misfit.ts says it. */
const MISFIT = /^, at \/([\w/]+), (.*)$/

export function refusedNotice(
  { code, description, refusal }: HttpProblem,
  texts: Texts,
  fields: AskedFields = {},
): Html {
  const { leads, sentences } = texts.portal.refused
  if (code === 'precondition_failed' || code === 'foreign_or_old_form') return wrongNotice(leads[code], texts)
  const [, path, misfit = ''] = (refusal?.reason === 'misfit' && MISFIT.exec(String(refusal.facts[1]))) || []
  const asked = path === undefined ? onlyOf(fields) : Object.entries(fields).find(([at]) => isBelow(path, at))?.[1]
  const fault = path !== undefined && asked ? faultOf(misfit, asked, texts) : undefined
  const said = fault ?? asSentence(refusal ? sayRefusal(sentences, refusal) : description)
  return wrongNotice(said, texts, {
    lead: code === 'conflict' ? leads.conflict : undefined,
    field: asked?.field,
  })
}

/** The same in a sentence of our own. @param field that it is about. */
export function wrongNotice(
  sentence: string | Html,
  { portal }: Texts,
  {
    title = portal.refused.title,
    lead,
    field,
  }: Readonly<{
    title?: string | undefined
    lead?: string | undefined
    field?: string | undefined
  }> = {},
): Html {
  return html`<div class="problem" role="alert">
<h2>${title}</h2>
${lead !== undefined && html`<p>${lead}</p>\n`}<p>${field === undefined ? sentence : html`<a href="#${field}">${sentence}</a>`}</p>
</div>`
}

/** A form with one field is about that one, whatever was refused. */
function onlyOf(fields: AskedFields): AskedField | undefined {
  const [only, ...others] = Object.values(fields)
  return others.length === 0 ? only : undefined
}

function isBelow(path: string, member: string): boolean {
  return path === member || path.startsWith(`${member}/`)
}

function faultOf(misfit: string, { label, hint = '' }: AskedField, { portal }: Texts): string {
  const { faults } = portal.refused
  if (/fewer than/.test(misfit)) return faults.empty(label)
  const [, most] = /more than (\d+)/.exec(misfit) ?? []
  return most === undefined ? faults.pattern(label, hint) : faults.long(label, most)
}
