// E-mail addresses: what is accepted, and the key under which an account is found.

/** Linear: length first, then one @ between non-empty parts without spaces or control characters. */
export const isEmail = (text: string): boolean =>
  text.length <= 254 && /^[^\s@\p{Cc}]{1,64}@[^\s@\p{Cc}]+\.[^\s@\p{Cc}]+$/u.test(text)

/** The canonical form of an address: two spellings that reach one mailbox in practice share an account. */
export const emailKey = (text: string): string => text.trim().normalize('NFKC').toLowerCase()
