// "Check your mail": where the mail went, and the field for its code. The same whether there was anything to send.
import type { FormBinding } from '../../http/csrf.ts'
import { button, wayLink } from '../../pages/components/button.ts'
import { field, hiddenFields } from '../../pages/components/field.ts'
import { form } from '../../pages/components/form.ts'
import { note, problemNotice } from '../../pages/components/notice.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { AwaitedProof } from '../../store/queries/asked-proofs.ts'
import type { PendingRequest } from '../../store/tables/authorization-requests.ts'
import { appHead } from '../app-looks.ts'
import { denyForm } from '../ended/ways-out.ts'
import { LOGIN } from '../paths.ts'
import { ASK_PAGES } from './ask-view.ts'
import { CHECK_MAIL } from './paths.ts'

/** Grouped digits may be pasted. */
const MAX_CODE_LENGTH = 20
const PROBLEM_ID = 'problem'

export function checkMailPage({
  pending,
  binding,
  awaited,
  problem,
}: Readonly<{
  pending: PendingRequest
  binding: FormBinding
  awaited: AwaitedProof
  problem?: 'wrong' | 'too many' | undefined
}>): Page {
  const { purpose, address } = awaited
  return (texts) => {
    const { check, ask } = texts.mailProof
    return {
      title: check.title,
      body: html`${appHead(pending)}
<h1>${check.title}</h1>
<p>${check.lead[purpose](address)}</p>
${problem && problemNotice(PROBLEM_ID, check.problems[problem])}
${
  problem !== 'too many' &&
  form(
    { binding, action: CHECK_MAIL },
    field({
      kind: 'code',
      name: 'code',
      label: check.code,
      hint: check.codeHint,
      maxLength: MAX_CODE_LENGTH,
      hasFocus: true,
      problemId: problem && PROBLEM_ID,
    }),
    button(check.button),
  )
}
${form({ binding, action: ASK_PAGES[purpose] }, ...hiddenFields({ email: address }), button(check.again, 'quiet'))}
${wayLink(ask[purpose].other, `${binding.path}/${LOGIN}`)}
${denyForm(binding, texts)}
${note(check.note)}`,
    }
  }
}
