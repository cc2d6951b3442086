// Tokens for the eyes of whoever tries them: decoded, and never whole, so that a picture of the page opens nothing. Pure.
import { decodeJwt, decodeProtectedHeader } from 'jose'

/** A token as it may be shown. */
export interface DecodedToken {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

/** @returns undefined for what is no JWT. */
export function decodeToken(token: string): DecodedToken | undefined {
  try {
    return { header: { ...decodeProtectedHeader(token) }, claims: decodeJwt(token) }
  } catch {
    return undefined
  }
}

const SHOWN = 12

/** The beginning of something that proves something: enough to know it again. */
export function beginningOf(secret: string): string {
  return `${secret.slice(0, SHOWN)}…`
}

/** A text of somebody else's, without the part of the token that proves anything, in case they send back what they got. */
export function withoutSignature(text: string, token: string): string {
  const signature = token.slice(token.lastIndexOf('.') + 1)
  return signature === '' ? text : text.replaceAll(signature, '…')
}
