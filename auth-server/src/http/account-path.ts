// Where the pages of a person's own account stand; links in mails lead there, too.

export const ACCOUNT_PATH = '/account'
