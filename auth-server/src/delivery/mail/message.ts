// A mail as it is sent: its text and its HTML, in one language, with the link and the code of its challenge.
import { html } from '../../pages/html.ts'
import { type Language, LOCALES } from '../../pages/language.ts'
import type { MailText } from '../../pages/mail-text.ts'
import type { Mail, MailFacts, MailName } from '../../store/queued-mail.ts'
import type { MailProof } from './links.ts'

/** What is handed to a mailer. */
export interface MailMessage {
  /** The same at each attempt, so that a mailbox which has it already can tell. */
  readonly messageId: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  /** For a developer's terminal; in production nobody reads it. */
  readonly proof: MailProof | undefined
}

type Texts = { readonly [Name in MailName]: (facts: MailFacts[Name]) => MailText }

/** What controls how a text is shown, but the isolates of a shown name; and line breaks: names come from elsewhere and are one line. */
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}]|(?![\u2068\u2069])\p{Cf}/gu
/** Room for a name with its host, and for the reason of a decision. */
const MAX_FACT_LENGTH = 500

/** Its words; undefined for a mail of a newer release. */
export function mailTextOf<Name extends MailName>(
  { name, facts }: Mail<Name>,
  language: Language,
): MailText | undefined {
  const texts: Texts = LOCALES[language].mail
  if (!Object.hasOwn(texts, name)) return undefined
  const cleaned = JSON.parse(JSON.stringify(facts), (_, value) =>
    typeof value === 'string' ? value.replace(CONTROLS, ' ').slice(0, MAX_FACT_LENGTH) : value,
  )
  return texts[name](cleaned)
}

/** Both bodies. Neither has images, and no link but that of the challenge, or the page that the mail is about. */
export function bodiesOf(
  { subject, lead, action, ofLink, code, after }: MailText,
  {
    language,
    proof,
    leadsTo,
    sender,
  }: Readonly<{ language: Language; proof: MailProof | undefined; leadsTo?: string | undefined; sender: string }>,
): Readonly<{ text: string; html: string }> {
  const link = action === undefined ? undefined : (proof?.link ?? leadsTo)
  const typed = code === undefined ? undefined : proof?.code
  const end = link === undefined || ofLink === undefined ? after : [ofLink, ...after]
  const lines = [
    ...lead,
    ...(link === undefined ? [] : [`${action}:\n${link}`]),
    ...(typed === undefined ? [] : [`${code}\n${typed}`]),
    ...end,
    `-- \n${sender}`,
  ]
  const page = html`<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><title>${subject}</title></head>
<body style="font-family: sans-serif; line-height: 1.5">
${lead.map((paragraph) => html`<p>${paragraph}</p>\n`)}${
  link !== undefined &&
  html`<p><a href="${link}"><strong>${action}</strong></a></p>
<p>${link}</p>
`
}${
  typed !== undefined &&
  html`<p>${code}</p>
<p style="font-size: 1.5em; letter-spacing: 0.1em"><strong>${typed}</strong></p>
`
}${end.map((paragraph) => html`<p>${paragraph}</p>\n`)}<p>${sender}</p>
</body>
</html>
`
  return { text: `${lines.join('\n\n')}\n`, html: page.toString() }
}
