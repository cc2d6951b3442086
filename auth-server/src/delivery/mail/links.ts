// Where the links in mails lead: the page of each purpose, below the issuer and nowhere else.
import { mailCode, mailToken } from '../../crypto/mail-proof.ts'
import type { MailPurpose } from '../../store/tables/mail-challenges.ts'

const CONFIRM = '/confirm'

/** The pages; `interaction` and `account` mount them with `/:token` behind. */
export const MAIL_PATHS = {
  'sign-up': CONFIRM,
  reset: CONFIRM,
  address: CONFIRM,
  undo: '/undo',
  'keep-account': '/keep-account',
} as const satisfies Readonly<Record<MailPurpose, string>>

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
    link: `${issuer}${MAIL_PATHS[purpose]}/${mailToken(cookieSecret, id)}`,
    code: takesCode ? mailCode(cookieSecret, id) : undefined,
  }
}
