// The pages of "that wasn't me": what happened and what taking it back does, that it is done, and that the link is over.
import type { FormBinding } from '../../http/csrf.ts'
import { button } from '../../pages/components/button.ts'
import { form } from '../../pages/components/form.ts'
import { list } from '../../pages/components/list.ts'
import { signMark } from '../../pages/components/mark.ts'
import { note } from '../../pages/components/notice.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { AccountChangeKind } from '../../store/account-change.ts'

/** What its form does. */
export const TAKE_BACK = 'take-back'

export function undoPage(binding: FormBinding, { kind, at }: Readonly<{ kind: AccountChangeKind; at: Date }>): Page {
  return ({ undo }) => ({
    title: undo.title,
    body: html`${signMark('warn')}
<h1>${undo.title}</h1>
<p>${undo.changes[kind]} <time datetime="${at.toISOString()}">${undo.at(at)}</time></p>
<p>${undo.lead}</p>
${list(undo.effects)}
${form({ binding, action: TAKE_BACK }, button(undo.button))}
${note(undo.note)}`,
  })
}

export const undonePage: Page = ({ undo: { done } }) => ({
  title: done.title,
  body: html`${signMark('good')}
<h1>${done.title}</h1>
<p>${done.text}</p>`,
})

export const undoEndedPage: Page = ({ undo: { ended } }) => ({
  title: ended.title,
  body: html`${signMark('warn')}
<h1>${ended.title}</h1>
<p>${ended.text}</p>`,
})
