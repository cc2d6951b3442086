// Where the links in mails lead: the page of each purpose, below the issuer and nowhere else.

import { mailCode, mailToken } from '../../crypto/mail-proof.ts'
import { ACCOUNT_PATH, APPROVALS_PATH, MEMBERSHIP_REQUESTS_PATH } from '../../http/account-path.ts'
import { MAIL_PURPOSES, type MailPurpose } from '../../store/mail-purpose.ts'
import type { MailName } from '../../store/queued-mail.ts'

/** What a mail carries to prove its address with. */
export interface MailProof {
  readonly link: string
  readonly code: string | undefined
}

/**
 * Makes link and code of a challenge, the same each time. The link begins with the configured issuer, byte for byte:
 * nothing that a request brought along has a part in it.
 */
export function mailProofOf(
  { issuer, cookieSecret }: Readonly<{ issuer: string; cookieSecret: string }>,
  { id, purpose, takesCode }: Readonly<{ id: string; purpose: MailPurpose; takesCode: boolean }>,
): MailProof {
  return {
    link: `${issuer}${MAIL_PURPOSES[purpose].page}/${mailToken(cookieSecret, id)}`,
    code: takesCode ? mailCode(cookieSecret, id) : undefined,
  }
}

/** Where mails lead that prove nothing: to a page that asks who comes. */
const PAGES: Readonly<Partial<Record<MailName, string>>> = {
  'subscription-asked': APPROVALS_PATH,
  'membership-asked': MEMBERSHIP_REQUESTS_PATH,
  'membership-invited': ACCOUNT_PATH,
}

export function pageLinkOf({ issuer }: Readonly<{ issuer: string }>, name: MailName): string | undefined {
  const page = PAGES[name]
  return page === undefined ? undefined : issuer + page
}
