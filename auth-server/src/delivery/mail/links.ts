// Where the links in mails lead: the page of each purpose, below the issuer and nowhere else.
import { mailCode, mailToken } from '../../crypto/mail-proof.ts'
import { MAIL_PURPOSES, type MailPurpose } from '../../store/mail-purpose.ts'

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
