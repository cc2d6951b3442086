// The frame of every page: phone first, light and dark, no script, one stylesheet that the content security policy pins by hash.
import { createHash } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import { Html, html } from './html.ts'

const CSS = `
:root{color-scheme:light dark;--ink:#171a1f;--dim:#555d69;--paper:#fff;--ground:#eef1f5;--line:#7a838f;--rule:#dde1e6;--accent:#1b56d6;--on-accent:#fff;--tint:#e4ecfd;--bad:#a3161a;--bad-tint:#fdecec}
@media(prefers-color-scheme:dark){:root{--ink:#eef0f3;--dim:#aeb6c1;--paper:#1c1f24;--ground:#111316;--line:#7d8794;--rule:#343a42;--accent:#8fb4ff;--on-accent:#0b1220;--tint:#26334d;--bad:#ffb4b0;--bad-tint:#3f1d1e}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{display:grid;justify-items:center;min-height:100vh;min-height:100dvh;margin:0;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:anywhere}
main{width:100%;max-width:26rem;padding:2rem clamp(1rem,6vw,2rem)}
.mark{display:grid;place-items:center;width:3.5rem;height:3.5rem;margin-bottom:1.25rem;border:1px solid transparent;border-radius:50%;background:var(--tint);color:var(--accent);font-size:1.5rem;font-weight:700;line-height:1}
.alarm{background:var(--bad-tint);color:var(--bad)}
.alarm~p:not(.note){color:var(--ink)}
h1{margin:0 0 .5rem;font-size:1.625rem;line-height:1.25;letter-spacing:-.01em;text-wrap:balance}
p{margin:0 0 1rem;color:var(--dim)}
strong{color:var(--ink);font-weight:600;unicode-bidi:isolate}
label{display:block;margin:1.25rem 0 .375rem;font-weight:600}
input,button{width:100%;min-height:3rem;padding:.625rem .875rem;border:1px solid var(--line);border-radius:.625rem;background:transparent;color:var(--ink);font:inherit}
[aria-invalid]{border-color:var(--bad)}
button{margin-top:.75rem;font-weight:600;cursor:pointer}
button:not([class]){margin-top:1.5rem;border-color:transparent;background:var(--accent);color:var(--on-accent)}
.plain{border-color:transparent;color:var(--accent)}
.button{display:grid;place-items:center;min-height:3rem;margin-top:1.5rem;padding:.625rem .875rem;border:1px solid transparent;border-radius:.625rem;background:var(--accent);color:var(--on-accent);font-weight:600;text-align:center;text-decoration:none}
button:active,.button:active{opacity:.8}
@media(hover:hover){button:hover,.button:hover{text-decoration:underline;text-underline-offset:.2em}}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.problem{margin:1.25rem 0 0;border:1px solid transparent;padding:.75rem 1rem;border-radius:.625rem;background:var(--bad-tint);color:var(--bad)}
.note{margin:1.25rem 0 0;font-size:.875rem}
ul{margin:0;padding:0;list-style:none;border-bottom:1px solid var(--rule)}
li{padding:.75rem 0;border-top:1px solid var(--rule)}
@media(min-width:30rem){body{align-items:center;background:var(--ground)}main{margin:1.5rem 0;padding:2.5rem;border:1px solid transparent;border-radius:1rem;background:var(--paper);box-shadow:0 1px 3px #0002,0 8px 32px #0001}}
`.trim()

const CSS_HASH = `'sha256-${createHash('sha256').update(CSS).digest('base64')}'`
const STYLE = new Html(`<style>${CSS}</style>`)

export interface Page {
  readonly title: string
  readonly body: Html
}

/** The whole document. */
export function renderPage({ title, body }: Page): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
${STYLE}
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`.toString()
}

/**
 * Chromium holds form-action against every redirect after a form, so where the app's answer goes has to be in it. An https
 * callback may lead on to another origin of the app's, which is its own affair. A private-use scheme and a port on this
 * machine lead nowhere else.
 */
function formAction(leadTo: string | undefined): string {
  if (leadTo === undefined) return "'none'"
  return leadTo === 'self' ? "'self'" : `'self' ${targetOf(leadTo)}`
}

function targetOf(redirectUri: string): string {
  const scheme = redirectUri.slice(0, redirectUri.indexOf(':') + 1)
  if (scheme !== 'http:') return scheme
  // A source expression has no form for IPv6 addresses (CSP3 §2.3.1): Chromium drops http://[::1]:4711, and then the redirect.
  return new URL(redirectUri).origin.replace(/\[.*\]/, '*')
}

/** Sends a page. @param formsLeadTo the trusted redirect URI that its forms end at, or `self` where they end here. */
export function sendPage(reply: FastifyReply, page: Page, formsLeadTo?: string): FastifyReply {
  return reply
    .headers({
      'cache-control': 'no-store',
      'content-security-policy': `default-src 'none'; style-src ${CSS_HASH}; form-action ${formAction(formsLeadTo)}; base-uri 'none'; frame-ancestors 'none'`,
    })
    .type('text/html; charset=utf-8')
    .send(renderPage(page))
}
