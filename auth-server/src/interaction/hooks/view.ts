// The page of who is refused by a hook: its sentence, or ours.
import { note } from '../../pages/components/notice.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import { appHead } from '../app-looks.ts'
import { denyForm, switchForm } from '../ended/ways-out.ts'
import type { SignedInVisit, Visit } from '../visit.ts'

/** @param sentence of the hook, already one line of bounded length */
export function refusedSignInPage({ pending, binding }: SignedInVisit, sentence: string | undefined): Page {
  return (texts) => ({
    title: texts.hooks.signInTitle,
    body: html`${appHead(pending)}
<h1>${texts.hooks.signInTitle}</h1>
<p>${sentence ?? texts.hooks.refused}</p>
${switchForm(binding, texts)}
${denyForm(binding, texts)}`,
  })
}

/** Nobody has become anybody: there is no account. */
export function refusedSignUpPage(sentence: string | undefined, visit?: Pick<Visit, 'binding'>): Page {
  return (texts) => ({
    title: texts.hooks.signUpTitle,
    body: html`<h1>${texts.hooks.signUpTitle}</h1>
<p>${sentence ?? texts.hooks.refused}</p>
${note(texts.hooks.noAccount)}
${visit && denyForm(visit.binding, texts)}`,
  })
}
