// Which method and address a request was made to, as a proof of possession names them (RFC 9449 §4.2: htm and htu). Pure.
import type { ProofTarget } from '@mobile-api-gateway/sdk/dpop-proof.ts'

// RFC 9112 §3: method SP request-target SP HTTP-version; the target in origin-form or absolute-form.
const REQUEST_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) (?:https?:\/\/[^/?# ]*)?(\/[^ ]*) HTTP\/\d(?:\.\d)?$/i

/**
 * Reads the request line. Its path counts, together with the origins that the configuration names; what the line or the
 * Host header say about hosts is the caller's word.
 */
export function readTarget(requestLine: string | undefined, origins: Iterable<string>): ProofTarget | undefined {
  const [, method, path] = REQUEST_LINE.exec(requestLine ?? '') ?? []
  if (method === undefined || path === undefined) return undefined
  return { method, addresses: [...origins].map((origin) => origin + path) }
}
