// What a mail says, in one language; its link, its code and its form are made when it is sent (delivery/mail).

declare const SHOWN: unique symbol
/** The name of an application as people are told it; catalogue/shown-name.ts makes it, and a mail takes no other. */
export type ShownName = string & { readonly [SHOWN]: true }

export interface MailText {
  readonly subject: string
  /** Paragraphs ahead of the link. */
  readonly lead: readonly string[]
  /** What the link does, where the mail has one. */
  readonly action?: string
  /** What else there is to say of the link: a paragraph at the end, where the mail has one. */
  readonly ofLink?: string
  /** What the code is for, where whoever asked for the mail can type one. */
  readonly code?: string
  /** Paragraphs at the end. */
  readonly after: readonly string[]
}
