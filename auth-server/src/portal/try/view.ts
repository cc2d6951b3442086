// The page of a trial in the portal, and what stands there for an application that cannot be played.
import { actionLink } from '../../pages/components/button.ts'
import { portalPage } from '../../pages/components/portal-page.ts'
import { emptyState } from '../../pages/components/rows.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import type { OpenTrial, TrialProblem } from '../../trial/play.ts'
import type { TriedApp } from '../../trial/trial.ts'
import { trialView } from '../../trial/view.ts'
import type { ChosenApp } from '../chosen-app.ts'
import { hrefFor } from '../links.ts'
import { PATHS } from '../paths.ts'
import type { PortalPerson } from '../route.ts'

export interface TrialPageFacts {
  readonly chosen: ChosenApp
  readonly app: TriedApp
  readonly open: OpenTrial | undefined
  readonly issuer: string
  readonly problem?: TrialProblem
  readonly path?: string
}

/** All that a trial can be begun with stands in its forms: the guard asks whose it is once more. */
export function trialPage({ frame, binding }: PortalPerson, { chosen, ...facts }: TrialPageFacts): Page {
  const { app, apiIds, use } = chosen
  const hidden = { app: app.client_id, ...(use && { api: use.apiId }) }
  return (texts) => {
    const others = apiIds.filter((id) => id !== use?.apiId)
    const content = html`<p>${texts.trial.lead(app.name)}</p>
${others.length > 0 && html`<p>${texts.portal.chooseApp.otherApis} ${others.map((api) => actionLink(api, hrefFor('tryIt', app.client_id, { api })))}</p>\n`}${trialView(
  { ...facts, binding, actions: 'try/', hidden },
  texts,
)}`
    return portalPage({ frame, heading: texts.trial.title, back: backOf(texts), content }, texts)
  }
}

export function notPlayablePage({ frame }: PortalPerson, { app }: ChosenApp): Page {
  return (texts) => {
    const { notPlayable, notApproved, title } = texts.trial
    const sentence = app.grant_types.includes('authorization_code') ? notApproved : notPlayable
    const content = html`<p><strong>${app.name}</strong></p>\n${emptyState(sentence)}`
    return portalPage({ frame, heading: title, back: backOf(texts), content }, texts)
  }
}

function backOf({ portalHelp }: Texts) {
  return { label: portalHelp.chooseOther, href: PATHS.tryIt }
}
