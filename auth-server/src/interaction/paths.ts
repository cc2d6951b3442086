// The addresses of the pages, and the two of the protocol that pages lead back to; each is written here and nowhere else.

/** What the addresses of all pages start with. */
export const PAGES_PATH = '/interaction'

/** The pages and forms of one visit. */
export function visitPath(id: string): string {
  return `${PAGES_PATH}/${id}`
}

const VISIT = visitPath(':request')

export const PATHS = {
  login: `${VISIT}/login`,
  consent: `${VISIT}/consent`,
  continue: `${VISIT}/continue`,
  switch: `${VISIT}/switch`,
  deny: `${VISIT}/deny`,
  logout: `${PAGES_PATH}/logout`,
} as const

/** Where a visit begins; a row of oauth/endpoints.ts. */
export const AUTHORIZE_PATH = '/authorize'

/** Where the protocol takes a visit over from its pages; a row of oauth/endpoints.ts. */
export function resumePath(id: string): string {
  return `${AUTHORIZE_PATH}/resume/${id}`
}
