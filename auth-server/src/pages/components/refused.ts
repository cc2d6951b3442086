// Why the management API refused what a form asked for, above the form: in words, with the way to the field where it names one.
import type { HttpProblem } from '../../http/problem.ts'
import { asSentence } from '../error.ts'
import { type Html, html } from '../html.ts'
import type { Texts } from '../locales/en.ts'

/** @param fields by which member of the operation's body each field of the form is sent: `{ redirect_uris: 'redirect' }` */
export function refusedNotice(
  { code, description }: HttpProblem,
  texts: Texts,
  fields: Readonly<Record<string, string>> = {},
): Html {
  const [, member = ''] = /^the (?:body|query|path), at \/(\w+)/.exec(description) ?? []
  const field = Object.hasOwn(fields, member) ? fields[member] : undefined
  const { leads } = texts.portal.refused
  const isKnown = (text: string): text is keyof typeof leads => Object.hasOwn(leads, text)
  const sentence = html`<span lang="en">${asSentence(description)}</span>`
  return wrongNotice(sentence, texts, { lead: isKnown(code) ? leads[code] : undefined, field })
}

/** The same in a sentence of our own. @param field that it is about */
export function wrongNotice(
  sentence: string | Html,
  { portal }: Texts,
  { lead, field }: Readonly<{ lead?: string | undefined; field?: string | undefined }> = {},
): Html {
  return html`<div class="problem" role="alert">
<h2>${portal.refused.title}</h2>
${lead !== undefined && html`<p>${lead}</p>\n`}<p>${field === undefined ? sentence : html`<a href="#${field}">${sentence}</a>`}</p>
</div>`
}
