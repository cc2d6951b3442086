// The addresses of the pages, and those of the protocol that pages lead to; each is written here, or named where it is.
import { ACCOUNT_PATH, ADMINISTRATION_PATH, PORTAL_PATH } from '../http/account-path.ts'

/** What the addresses of all pages start with. */
export const PAGES_PATH = '/interaction'

/** The pages and forms of one visit. */
export function visitPath(id: string): string {
  return `${PAGES_PATH}/${id}`
}

/** A page or form of a visit by its name; of a step, its page has the step's. As a pattern unless of one visit. */
export function stepPath(name: string, id = ':request'): string {
  return `${visitPath(id)}/${name}`
}

/** The page that other pages of a visit lead back to. */
export const LOGIN = 'login'

export const SIGN_OUT_PATH = `${PAGES_PATH}/logout`

/** A person's own pages, which a visit can lead back to. */
export { ACCOUNT_PATH, PORTAL_PATH }

/** Where developers play trials of sign-ins. */
export const TRIAL_PATH = `${PORTAL_PATH}/try` as const

/** Where the sign-ins of trials come back to; no application's redirect URI. */
export const TRIAL_CALLBACK_PATH = `${TRIAL_PATH}/callback` as const

/** Where administrators find the identity providers. */
export const PROVIDERS_PATH = `${ADMINISTRATION_PATH}/providers` as const

/** Where a visit begins; a row of oauth/endpoints.ts. */
export const AUTHORIZE_PATH = '/authorize'

/** Where codes are redeemed, and where an application asks to sign its person out; rows of oauth/endpoints.ts. */
export const TOKEN_PATH = '/token'
export const LOGOUT_PATH = '/logout'

/** Where the protocol takes a visit over from its pages; a row of oauth/endpoints.ts. */
export function resumePath(id: string): string {
  return `${AUTHORIZE_PATH}/resume/${id}`
}
