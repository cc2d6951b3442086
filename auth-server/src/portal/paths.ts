// The addresses of the portal's pages and forms; each is written here and nowhere else.
import { ADMINISTRATION_PATH, APPROVALS_PATH, MEMBERSHIP_REQUESTS_PATH } from '../http/account-path.ts'
import { PORTAL_PATH, PROVIDERS_PATH, TRIAL_PATH } from '../interaction/paths.ts'

const APPLICATIONS = `${PORTAL_PATH}/applications` as const
const APIS = `${PORTAL_PATH}/apis` as const
const APPROVAL = `${APPROVALS_PATH}/:subscription` as const
const SUBSCRIPTION = `${PORTAL_PATH}/subscriptions/:subscription` as const
const USAGE = `${PORTAL_PATH}/usage` as const
const HELP = `${PORTAL_PATH}/help` as const
const PEOPLE = `${ADMINISTRATION_PATH}/people` as const
const PERSON = `${PEOPLE}/:person` as const
const MEMBERS = `${ADMINISTRATION_PATH}/members` as const
const ALL_APPLICATIONS = `${ADMINISTRATION_PATH}/applications` as const
const ALL_SUBSCRIPTIONS = `${ADMINISTRATION_PATH}/subscriptions` as const
const ALL_APIS = `${ADMINISTRATION_PATH}/apis` as const
const HOOKS = `${ADMINISTRATION_PATH}/hooks` as const
const WAYS = `${ADMINISTRATION_PATH}/sign-in` as const

/** As patterns of routes. */
export const PATHS = {
  overview: PORTAL_PATH,
  signOut: `${PORTAL_PATH}/sign-out`,
  become: `${PORTAL_PATH}/become-developer`,
  applications: APPLICATIONS,
  // Not below the list: an application may have any client ID.
  newApplication: `${PORTAL_PATH}/new-application`,
  application: `${APPLICATIONS}/:application`,
  applicationField: `${APPLICATIONS}/:application/change/:field`,
  applicationAddresses: `${APPLICATIONS}/:application/addresses/:list`,
  applicationSecrets: `${APPLICATIONS}/:application/secrets`,
  applicationSecretEnd: `${APPLICATIONS}/:application/secrets/:secret/end`,
  applicationKeys: `${APPLICATIONS}/:application/keys`,
  applicationPhones: `${APPLICATIONS}/:application/phones`,
  applicationSignIn: `${APPLICATIONS}/:application/sign-in`,
  applicationLogo: `${APPLICATIONS}/:application/logo`,
  applicationPeople: `${APPLICATIONS}/:application/people`,
  applicationPersonEnd: `${APPLICATIONS}/:application/people/:person/end`,
  applicationDelete: `${APPLICATIONS}/:application/delete`,
  apis: APIS,
  api: `${APIS}/:api`,
  subscribe: `${APIS}/:api/subscribe`,
  subscribePlan: `${APIS}/:api/subscribe/:plan`,
  subscribeReview: `${APIS}/:api/subscribe/:plan/:client`,
  subscribeApplication: `${APPLICATIONS}/:application/subscribe`,
  subscription: SUBSCRIPTION,
  endSubscription: `${SUBSCRIPTION}/end`,
  approvals: APPROVALS_PATH,
  approval: APPROVAL,
  approve: `${APPROVAL}/approve`,
  decline: `${APPROVAL}/decline`,
  usage: USAGE,
  usageOfApplication: `${USAGE}/:client`,
  refusals: `${USAGE}/:client/refusals`,
  help: HELP,
  helpApps: `${HELP}/applications`,
  tryIt: TRIAL_PATH,
  tryBegin: `${TRIAL_PATH}/begin`,
  tryCall: `${TRIAL_PATH}/call`,
  tryEnd: `${TRIAL_PATH}/end`,
  administration: ADMINISTRATION_PATH,
  people: PEOPLE,
  person: PERSON,
  personRoles: `${PERSON}/roles`,
  personGroups: `${PERSON}/groups`,
  personStep: `${PERSON}/:step`,
  invitations: `${ADMINISTRATION_PATH}/invitations`,
  members: MEMBERS,
  membersOfApi: `${MEMBERS}/:api`,
  memberEnd: `${MEMBERS}/:api/:member/end`,
  membershipRequests: MEMBERSHIP_REQUESTS_PATH,
  membershipDecision: `${MEMBERSHIP_REQUESTS_PATH}/:request/:decision`,
  allApplications: ALL_APPLICATIONS,
  applicationStep: `${ALL_APPLICATIONS}/:client/:step`,
  newOwner: `${ALL_APPLICATIONS}/:client/owner`,
  vouchForName: `${ALL_APPLICATIONS}/:client/name`,
  vouchForPhones: `${ALL_APPLICATIONS}/:client/phones`,
  allApis: ALL_APIS,
  apiStep: `${ALL_APIS}/:api/:step`,
  allSubscriptions: ALL_SUBSCRIPTIONS,
  subscriptionStep: `${ALL_SUBSCRIPTIONS}/:subscription/:step`,
  providers: PROVIDERS_PATH,
  provider: `${PROVIDERS_PATH}/:provider`,
  providerTrial: `${PROVIDERS_PATH}/:provider/trial`,
  providerTrialEnd: `${PROVIDERS_PATH}/:provider/trial/end`,
  waysToSignIn: WAYS,
  waysOfApi: `${WAYS}/:api`,
  allUsage: `${ADMINISTRATION_PATH}/usage`,
  audit: `${ADMINISTRATION_PATH}/audit`,
  auditExport: `${ADMINISTRATION_PATH}/audit.csv`,
  hooks: HOOKS,
  hookTest: `${HOOKS}/:hook/test`,
  hookDeliveryStep: `${HOOKS}/deliveries/:delivery/:step`,
  keys: `${ADMINISTRATION_PATH}/keys`,
  health: `${ADMINISTRATION_PATH}/health`,
} as const

/** Where the portal takes its codes; registered with its application. */
export const CALLBACK_PATH = `${PORTAL_PATH}/callback`

export type PortalPath = (typeof PATHS)[keyof typeof PATHS]

type NameIn<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | NameIn<`/${Rest}`>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never

/** What a path is about, by the names in its pattern; nothing, where it has none. */
export type PortalIds<Path extends PortalPath> = { readonly [Name in NameIn<Path>]: string }

/** The address of a page, for links. */
export function hrefOf<Path extends PortalPath>(path: Path, ids: PortalIds<Path>): string {
  return fillPath(path, new Map<string, string>(Object.entries(ids)))
}

/** The address of a form, as `form` takes it. */
export function actionOf<Path extends PortalPath>(path: Path, ids: PortalIds<Path>): string {
  return hrefOf(path, ids).slice(PORTAL_PATH.length + 1)
}

/** A pattern with what stands in another address of it, or of one below it. */
export function fillPath(path: PortalPath, values: ReadonlyMap<string, unknown>): string {
  return path.replace(/:(\w+)/g, (_all, name: string) => encodeURIComponent(String(values.get(name) ?? '')))
}
