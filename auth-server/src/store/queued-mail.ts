// A mail as the outbox holds it: which one, what it says, and to whom; never a link or a code.
import type { Language } from '../pages/language.ts'
import type { Texts } from '../pages/locales/en.ts'

/** A mail by its name; a new one is its text in each language, and nothing else. */
export type MailName = keyof Texts['mail']
/** What the text of each mail is made with. */
export type MailFacts = { readonly [Name in MailName]: Parameters<Texts['mail'][Name]>[0] }
/** A mail and its facts. */
export type Mail<Name extends MailName = MailName> = {
  readonly [Each in Name]: Readonly<{ name: Each; facts: MailFacts[Each] }>
}[Name]

/** An address as it was given, and its canonical form (see identity/email.ts). */
export interface MailRecipient {
  readonly address: string
  readonly key: string
}

/** The payload of a mail in the outbox. */
export interface QueuedMail {
  readonly mail: Mail
  readonly language: Language
  readonly to: MailRecipient
  /** Whose link and code it carries, if any: an id in `mail_challenges`. */
  readonly challengeId: string | null
}
