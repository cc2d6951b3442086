// The last question before an application goes: what goes with it.
import type { HttpProblem } from '../../http/problem.ts'
import { dangerForm } from '../../pages/components/confirm.ts'
import { hiddenFields } from '../../pages/components/field.ts'
import { portalPage } from '../../pages/components/portal-page.ts'
import { refusedNotice } from '../../pages/components/refused.ts'
import type { Page } from '../../pages/frame.ts'
import { actionOf, PATHS } from '../paths.ts'
import type { PortalPerson } from '../route.ts'
import { type Consequences, lossesOf } from './losses.ts'
import { type Application, applicationHref } from './one.ts'

export interface Deletion {
  readonly application: Application
  readonly etag: string
  readonly consequences: Consequences
  readonly problem?: HttpProblem
}

export function deletionPage(
  { frame, binding }: PortalPerson,
  { application, etag, consequences, problem }: Deletion,
): Page {
  return (texts) => {
    const { deletion } = texts.portalApplications
    const { name, client_id: id } = application
    const back = applicationHref(application)
    const content = dangerForm(
      lossesOf(consequences, texts),
      {
        binding,
        action: actionOf(PATHS.applicationDelete, { application: id }),
        label: deletion.button(name),
        back,
        fields: hiddenFields({ etag }),
      },
      texts,
    )
    const notice = problem && refusedNotice(problem, texts)
    return portalPage(
      { frame, heading: deletion.title(name), back: { label: name, href: back }, notice, content },
      texts,
    )
  }
}
