// The content security policy of a page: its own stylesheet, the operator's logo, where its forms lead, and our own scripts where it has one; nothing else.

/** What a page needs to be let in or out. */
export interface PageNeeds {
  /** The stylesheet's hash, as a source expression. */
  readonly style: string
  /** Where its images come from, as source expressions. */
  readonly images: readonly string[]
  /** Where its forms lead: trusted redirect URIs, or `self`. */
  readonly formTargets: readonly string[]
  /** Whether a script of ours runs in it, which may ask this server and nobody else. */
  readonly runsScript: boolean
}

export function contentPolicy({ style, images, formTargets, runsScript }: PageNeeds): string {
  const directives = [
    "default-src 'none'",
    `style-src ${style}`,
    ...(images.length > 0 ? [`img-src ${images.join(' ')}`] : []),
    ...(runsScript ? ["script-src 'self'", "connect-src 'self'"] : []),
    `form-action ${formAction(formTargets)}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ]
  return directives.join('; ')
}

/**
 * Chromium holds form-action against every redirect after a form, so where the app's answer goes has to be in it. An https
 * callback may lead on to another origin of the app's, which is its own affair. A private-use scheme and a port on this
 * machine lead nowhere else.
 */
function formAction(targets: readonly string[]): string {
  if (targets.length === 0) return "'none'"
  return ["'self'", ...new Set(targets.filter((target) => target !== 'self').map(sourceOf))].join(' ')
}

function sourceOf(redirectUri: string): string {
  const scheme = redirectUri.slice(0, redirectUri.indexOf(':') + 1)
  if (scheme !== 'http:') return scheme
  // A source expression has no form for IPv6 addresses (CSP3 §2.3.1): Chromium drops http://[::1]:4711, and then the redirect.
  return new URL(redirectUri).origin.replace(/\[.*\]/, '*')
}
