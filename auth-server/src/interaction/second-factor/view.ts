// The pages that ask for a second factor, and for a recovery code in its place.

import { button, wayLink } from '../../pages/components/button.ts'
import { field } from '../../pages/components/field.ts'
import { form } from '../../pages/components/form.ts'
import { note, problemNotice } from '../../pages/components/notice.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { appHead } from '../app-looks.ts'
import { denyForm, opensNote, switchForm } from '../ended/ways-out.ts'
import { FORGOTTEN } from '../mail-proof/paths.ts'
import { stepPath } from '../paths.ts'
import type { SignedInVisit } from '../visit.ts'
import type { WayPart } from './ways.ts'

export type SecondFactorProblem = keyof Texts['secondFactor']['problems'] | keyof Texts['passkeys']['refused']

export const PROBLEM_ID = 'problem'

/** @param takesRecoveryCode whether one would be enough, @param canShowMail whether a new password by mail would */
export function secondFactorPage(
  { pending, session, binding }: SignedInVisit,
  {
    ways,
    takesRecoveryCode,
    canShowMail,
    problem,
  }: Readonly<{
    ways: readonly WayPart[]
    takesRecoveryCode: boolean
    canShowMail: boolean
    problem?: SecondFactorProblem | undefined
  }>,
): Page {
  return (texts) => {
    const { secondFactor } = texts
    return {
      title: problem === undefined ? secondFactor.title : secondFactor.titleAfterProblem,
      body: html`${appHead(pending)}
<h1>${secondFactor.title}</h1>
<p>${secondFactor.person(session.accountName)}</p>
${problem && problemNotice(PROBLEM_ID, { ...secondFactor.problems, ...texts.passkeys.refused }[problem])}
${ways.map((part) => part(texts))}
${
  takesRecoveryCode &&
  html`<p class="cancel"><a class="action" href="${stepPath('recovery-code', pending.id)}">${secondFactor.useRecoveryCode}</a></p>`
}
${canShowMail && wayLink(secondFactor.lostPasskey, stepPath(FORGOTTEN, pending.id))}
${switchForm(binding, texts)}
${denyForm(binding, texts)}
${opensNote(pending, texts)}`,
    }
  }
}

export function recoveryCodePage({ pending, binding }: SignedInVisit, problem?: SecondFactorProblem): Page {
  return (texts) => {
    const { secondFactor } = texts
    return {
      title: problem === undefined ? secondFactor.recoveryTitle : secondFactor.recoveryTitleAfterProblem,
      body: html`${appHead(pending)}
<h1>${secondFactor.recoveryTitle}</h1>
<p>${secondFactor.recoveryLead}</p>
${problem && problemNotice(PROBLEM_ID, { ...secondFactor.problems, ...texts.passkeys.refused }[problem])}
${form(
  { binding, action: 'recovery-code' },
  field({
    kind: 'text',
    name: 'code',
    label: secondFactor.recoveryCode,
    maxLength: 32,
    hasFocus: true,
    problemId: problem && PROBLEM_ID,
  }),
  button(secondFactor.button),
)}
<p class="cancel"><a class="action" href="${stepPath('second-factor', pending.id)}">${secondFactor.back}</a></p>
${denyForm(binding, texts)}
${note(secondFactor.recoveryNote)}`,
    }
  }
}
