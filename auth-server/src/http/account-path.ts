// Where the pages of a person's own account stand; links in mails lead there, too.

export const ACCOUNT_PATH = '/account'

/** The developer portal, which signs people in as any application does; a mail leads there, too. */
export const PORTAL_PATH = '/portal'

export const APPROVALS_PATH = `${PORTAL_PATH}/approvals` as const

export const ADMINISTRATION_PATH = `${PORTAL_PATH}/administration` as const

export const MEMBERSHIP_REQUESTS_PATH = `${ADMINISTRATION_PATH}/membership-requests` as const
