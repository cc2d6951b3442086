// The authorization response: the one way back to the app, on success and on error (RFC 6749 §4.1.2, RFC 9207).
import { withAnswer } from '../../catalogue/redirect-uri.ts'
import { OAuthError } from '../errors.ts'

/** Where an answer goes, and the `state` it has to carry. */
export interface ReturnAddress {
  readonly redirectUri: string
  readonly state: string | undefined
}

/** The redirect's URL. */
export function responseUrl(
  issuer: string,
  { redirectUri, state }: ReturnAddress,
  answer: Readonly<{ code: string }> | Readonly<{ error: string; error_description: string }>,
): string {
  return withAnswer(redirectUri, { ...answer, ...(state !== undefined && { state }), iss: issuer })
}

/** An error as the app hears it: by redirect, because its redirect URI is trusted by now. */
export function redirectedError(issuer: string, returnTo: ReturnAddress, error: OAuthError): OAuthError {
  const { code, description } = error
  const location = responseUrl(issuer, returnTo, { error: code, error_description: description })
  return new OAuthError(code, description, { location, detail: error.detail, cause: error })
}
