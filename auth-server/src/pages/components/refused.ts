// Why the management API refused what a form asked for, above the form: in the page's language, with the way to the field.
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

/** What does not fit the contract: management/misfit.ts says it so, in English for programs. */
const MISFIT = /^the (?:body|query|path), at \/([\w/]+), (.*)$/

export function refusedNotice({ code, description }: HttpProblem, texts: Texts, fields: AskedFields = {}): Html {
  const { leads, untold } = texts.portal.refused
  if (code === 'precondition_failed') return wrongNotice(leads.precondition_failed, texts)
  const [, path, misfit = ''] = MISFIT.exec(description) ?? []
  const asked = path === undefined ? onlyOf(fields) : Object.entries(fields).find(([at]) => isBelow(path, at))?.[1]
  const said = path !== undefined && asked ? faultOf(misfit, asked, texts) : sentenceFor(description, texts)
  const isUntold = said === undefined && untold !== ''
  return wrongNotice(said ?? (isUntold ? untold : asSentence(description)), texts, {
    lead: code === 'conflict' ? leads.conflict : undefined,
    field: asked?.field,
    detail: isUntold ? html`<div lang="en"><p>${asSentence(description)}</p></div>\n` : undefined,
  })
}

/** The same in a sentence of our own. @param field that it is about. @param detail below it */
export function wrongNotice(
  sentence: string | Html,
  { portal }: Texts,
  {
    title = portal.refused.title,
    lead,
    field,
    detail,
  }: Readonly<{
    title?: string | undefined
    lead?: string | undefined
    field?: string | undefined
    detail?: Html | undefined
  }> = {},
): Html {
  return html`<div class="problem" role="alert">
<h2>${title}</h2>
${lead !== undefined && html`<p>${lead}</p>\n`}<p>${field === undefined ? sentence : html`<a href="#${field}">${sentence}</a>`}</p>
${detail}</div>`
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

/** What the API said, in the language of the page; some of it follows upon the address that it is about. */
function sentenceFor(description: string, { portal }: Texts): string | undefined {
  const spoken = description.replace(/^[a-z][a-z0-9+.-]*:\S*: /, '')
  return Object.entries(portal.refused.sentences).find(([english]) => spoken.startsWith(english))?.[1]
}
