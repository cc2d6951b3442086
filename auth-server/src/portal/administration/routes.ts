// Administration: its first page, and the routes of all that is below it.
import type { Deps } from '../../deps.ts'
import { portalPage } from '../../pages/components/portal-page.ts'
import { rows } from '../../pages/components/rows.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import { sendPage } from '../../pages/send-page.ts'
import { hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson, PortalRoutes } from '../route.ts'
import { apiSignInRoutes } from './api-sign-in.ts'
import { API_ROUTES } from './apis.ts'
import { APPLICATION_ROUTES } from './applications.ts'
import { AUDIT_ROUTES } from './audit.ts'
import { AUDIT_EXPORT_ROUTES } from './audit-export.ts'
import { HOOK_ROUTES } from './hooks.ts'
import { INVITATION_ROUTES } from './invitations.ts'
import { memberRoutes } from './members.ts'
import { badge, type Waiting } from './members-view.ts'
import { MEMBERSHIP_REQUEST_ROUTES } from './membership-requests.ts'
import { NEW_OWNER_ROUTES } from './new-owner.ts'
import { PEOPLE_ROUTES } from './people.ts'
import { PERSON_RIGHTS_ROUTES } from './person-rights.ts'
import { providerTrialRoutes } from './provider-trial.ts'
import { PROVIDER_ROUTES } from './providers.ts'
import { SERVER_ROUTES } from './server.ts'
import { SUBSCRIPTION_ROUTES } from './subscriptions.ts'
import { USAGE_ROUTES } from './usage.ts'
import { VOUCHING_ROUTES } from './vouching.ts'

const SECTIONS = [
  'people',
  'invitations',
  'members',
  'membershipRequests',
  'allApplications',
  'allApis',
  'allSubscriptions',
  'providers',
  'waysToSignIn',
  'allUsage',
  'audit',
  'hooks',
  'keys',
  'health',
] as const

export function administrationRoutes(deps: Deps): PortalRoutes {
  return {
    [PATHS.administration]: {
      needs: 'administrator',
      async GET(_request, reply, me) {
        return sendPage(reply, overviewPage(me, (await me.ask('memberships.waiting')).body.items))
      },
    },
    ...PEOPLE_ROUTES,
    ...PERSON_RIGHTS_ROUTES,
    ...INVITATION_ROUTES,
    ...memberRoutes(deps),
    ...MEMBERSHIP_REQUEST_ROUTES,
    ...APPLICATION_ROUTES,
    ...API_ROUTES,
    ...VOUCHING_ROUTES,
    ...NEW_OWNER_ROUTES,
    ...SUBSCRIPTION_ROUTES,
    ...PROVIDER_ROUTES,
    ...providerTrialRoutes(deps),
    ...apiSignInRoutes(deps),
    ...USAGE_ROUTES,
    ...AUDIT_ROUTES,
    ...AUDIT_EXPORT_ROUTES,
    ...HOOK_ROUTES,
    ...SERVER_ROUTES,
  }
}

function overviewPage({ frame, news }: PortalPerson, waiting: Waiting): Page {
  return (texts) => {
    const { title, lead, sections } = texts.administration
    const count = waiting.reduce((sum, api) => sum + api.waiting, 0)
    const entries = SECTIONS.map((name) => ({
      ...sections[name],
      href: hrefOf(PATHS[name], {}),
      ...(name === 'membershipRequests' && {
        detail: html`${sections[name].detail}${badge(count, texts.portalMembers.waiting)}`,
      }),
    }))
    return portalPage(
      { frame, heading: title, notice: news(texts), content: html`<p>${lead}</p>\n${rows(entries)}` },
      texts,
    )
  }
}
