// Sentences in the characters that an error_description and a header may hold (RFC 6749 §5.2, RFC 6750 §3).

/** What our sentences hold beside ASCII, in words that say the same. */
const SPELLED: Readonly<Record<string, string>> = {
  ...{ '§': 'section ', '…': '...', '–': '-', '—': '-', '×': 'x', '≥': 'at least ' },
  ...{ '"': "'", '“': "'", '”': "'", '„': "'", '‘': "'", '’': "'", '\\': '/' },
}

/** ASCII without quotation mark and backslash. What is left over are characters that somebody else sent. */
export function inAscii(text: string): string {
  return text
    .replace(/[^\x20\x21\x23-\x5B\x5D-\x7E]/g, (character) => SPELLED[character] ?? character)
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .replace(/[^\x20\x21\x23-\x5B\x5D-\x7E]/g, '?')
}
