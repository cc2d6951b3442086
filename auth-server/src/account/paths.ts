// The addresses of the account's pages and forms, below /account; each is written here and nowhere else.
import { SETUP_PATH } from '../identity/administrators.ts'
import { ACCOUNT_PATH } from '../interaction/paths.ts'

const APPS = '/apps'
const INSTALLATION = `${APPS}/installations/:installation` as const
const APPLICATION = `${APPS}/:application` as const
const SECURITY = '/security'
const ADDRESSES = `${SECURITY}/addresses` as const
const ADDRESS = `${ADDRESSES}/:address` as const
const PASSKEYS = `${SECURITY}/passkeys` as const
const PASSKEY = `${PASSKEYS}/:passkey` as const
const LINKED = `${SECURITY}/linked` as const
const SET_ASIDE = `${SECURITY}/set-aside` as const
const SET_ASIDE_THING = `${SET_ASIDE}/:thing` as const
const AUTHENTICATOR_APP = `${SECURITY}/authenticator-app` as const
const PROFILE = '/profile'
const REGISTRATION = `${PROFILE}/registrations/:api` as const
const ACTIVITY = '/activity'

/** As patterns of routes. */
export const PATHS = {
  overview: '',
  apps: APPS,
  installation: INSTALLATION,
  installationName: `${INSTALLATION}/name`,
  installationEnd: `${INSTALLATION}/end`,
  application: APPLICATION,
  applicationWithdraw: `${APPLICATION}/withdraw`,
  security: SECURITY,
  signOutElsewhere: `${SECURITY}/sign-out-elsewhere`,
  password: `${SECURITY}/password`,
  addresses: ADDRESSES,
  addressAdd: `${ADDRESSES}/add`,
  addressCheck: `${ADDRESSES}/check`,
  address: ADDRESS,
  addressPrimary: `${ADDRESS}/primary`,
  addressRemove: `${ADDRESS}/remove`,
  passkeys: PASSKEYS,
  passkeyOptions: `${PASSKEYS}/options`,
  passkey: PASSKEY,
  passkeyName: `${PASSKEY}/name`,
  passkeyRemove: `${PASSKEY}/remove`,
  linked: LINKED,
  linkedAdd: `${LINKED}/add/:provider`,
  linkedRemove: `${LINKED}/:identity/remove`,
  authenticatorApp: AUTHENTICATOR_APP,
  authenticatorAppBegin: `${AUTHENTICATOR_APP}/begin`,
  authenticatorAppRemove: `${AUTHENTICATOR_APP}/remove`,
  recoveryCodes: `${SECURITY}/recovery-codes`,
  setAside: SET_ASIDE,
  setAsideThing: SET_ASIDE_THING,
  setAsideProve: `${SET_ASIDE_THING}/prove`,
  setAsideRemove: `${SET_ASIDE_THING}/remove`,
  profile: PROFILE,
  personName: `${PROFILE}/name`,
  language: `${PROFILE}/language`,
  registration: REGISTRATION,
  registrationWithdraw: `${REGISTRATION}/withdraw`,
  profileDetails: `${PROFILE}/details/:group`,
  activity: ACTIVITY,
  notMe: `${ACTIVITY}/not-me`,
  export: '/export',
  // Above it is a page for anybody (delete/paths.ts).
  delete: '/delete/confirm',
  join: '/join/:token',
  setup: SETUP_PATH,
} as const

export type AccountPath = (typeof PATHS)[keyof typeof PATHS]

type ParameterOf<Path extends string> = Path extends `${string}:${infer Name}/${string}`
  ? Name
  : Path extends `${string}:${infer Name}`
    ? Name
    : never

/** What a path is about, by the names in its pattern; nothing, where it has none. */
export type PathIds<Path extends AccountPath> = { readonly [Name in ParameterOf<Path>]: string }

/** The address of a page, for links. */
export function hrefOf<Path extends AccountPath>(path: Path, ids: PathIds<Path>): string {
  const values = new Map<string, string>(Object.entries(ids))
  return ACCOUNT_PATH + path.replace(/:(\w+)/g, (_all, name: string) => encodeURIComponent(values.get(name) ?? ''))
}

/** The address of a form, as `form` takes it. */
export function actionOf<Path extends AccountPath>(path: Path, ids: PathIds<Path>): string {
  return hrefOf(path, ids).slice(ACCOUNT_PATH.length + 1)
}
