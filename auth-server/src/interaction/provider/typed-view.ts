// The form for the name and the password that somebody has at a provider.
import { MAX_TYPED_NAME, MAX_TYPED_PASSWORD } from '../../identity/federation/ask-here.ts'
import type { IdentityProvider } from '../../identity/federation/providers.ts'
import { button, wayLink } from '../../pages/components/button.ts'
import { field, hiddenFields } from '../../pages/components/field.ts'
import { form } from '../../pages/components/form.ts'
import { problemNotice } from '../../pages/components/notice.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { appHead } from '../app-looks.ts'
import type { Visit } from '../visit.ts'
import { typedPath } from './paths.ts'

export type TypedProblem = keyof Texts['federation']['typed']['problems']

const PROBLEM_ID = 'problem'

interface TypedForm {
  readonly state: string
  /** Where else to go. */
  readonly back: string
  /** What was typed before. */
  readonly name?: string
  readonly problem?: TypedProblem
}

export function typedPage(
  { pending, binding }: Visit,
  { name: provider, label }: Pick<IdentityProvider, 'name' | 'label'>,
  { state, back, name = '', problem }: TypedForm,
): Page {
  const problemId = problem && PROBLEM_ID
  return (texts) => {
    const { typed } = texts.federation
    return {
      title: problem === undefined ? typed.title(label) : texts.signIn.titleAfterProblem,
      body: html`${appHead(pending)}
<h1>${typed.title(label)}</h1>
<p>${typed.lead(label)}</p>
${problem && problemNotice(PROBLEM_ID, typed.problems[problem](label))}
${form(
  { binding, action: typedPath(provider) },
  field({
    kind: 'username',
    name: 'name',
    label: typed.name(label),
    maxLength: MAX_TYPED_NAME,
    value: name,
    hasFocus: name === '',
    problemId,
  }),
  field({
    kind: 'password',
    name: 'password',
    label: typed.password(label),
    maxLength: MAX_TYPED_PASSWORD,
    hasFocus: name !== '',
    problemId,
  }),
  ...hiddenFields({ state }),
  button(texts.signIn.button),
)}
${wayLink(typed.otherWay, back)}`,
    }
  }
}
