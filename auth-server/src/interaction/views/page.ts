// The frame of every page: phone first, light and dark, no script, one stylesheet that the content security policy pins by hash.
import { createHash } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import { Html, html } from '../../http/html.ts'

const CSS = `
:root{color-scheme:light dark;--ink:#1a1d21;--dim:#565e68;--paper:#fff;--ground:#f1f3f6;--line:#8a929c;--accent:#1b56d6;--on-accent:#fff;--bad:#a3161a;--bad-ground:#fdecec}
@media(prefers-color-scheme:dark){:root{--ink:#eef0f3;--dim:#aab2bd;--paper:#1c1f24;--ground:#111316;--line:#6c7580;--accent:#8fb4ff;--on-accent:#0b1220;--bad:#ffb4b0;--bad-ground:#3a1b1c}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;min-height:100dvh;display:grid;align-items:start;justify-items:center;background:var(--ground);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{width:100%;max-width:26rem;min-height:100vh;min-height:100dvh;padding:2.5rem 1.5rem 2rem;background:var(--paper)}
@media(min-width:30rem){body{align-items:center}main{min-height:0;margin:1.5rem;border-radius:1rem;box-shadow:0 1px 3px #0002,0 8px 32px #0001}}
h1{margin:0 0 .5rem;font-size:1.5rem;line-height:1.25;overflow-wrap:anywhere}
p{margin:0 0 1rem;color:var(--dim);overflow-wrap:anywhere}
strong{color:var(--ink)}
label{display:block;margin:1rem 0 .35rem;font-weight:600}
input{width:100%;min-height:3rem;padding:.6rem .8rem;border:1px solid var(--line);border-radius:.6rem;background:var(--paper);color:var(--ink);font:inherit}
button{width:100%;min-height:3rem;margin-top:1.25rem;padding:.6rem 1rem;border:1px solid transparent;border-radius:.6rem;background:var(--accent);color:var(--on-accent);font:inherit;font-weight:600;cursor:pointer}
form+form button{margin-top:.75rem}
button.quiet{border-color:var(--line);background:transparent;color:var(--ink)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.problem{padding:.75rem 1rem;border-radius:.6rem;background:var(--bad-ground);color:var(--bad)}
ul{margin:1rem 0;padding:0;list-style:none}
li{padding:.75rem 0;border-top:1px solid color-mix(in srgb,var(--line) 40%,transparent)}
li:last-child{border-bottom:1px solid color-mix(in srgb,var(--line) 40%,transparent)}
`.trim()

const CSS_HASH = `'sha256-${createHash('sha256').update(CSS).digest('base64')}'`
const STYLE = new Html(`<style>${CSS}</style>`)

export type Page = Readonly<{ title: string; body: Html }>

const render = ({ title, body }: Page): string =>
  html`<!doctype html>
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

// Chromium holds form-action against the redirect after a form as well, so the app's own scheme or origin has to be in it.
const formTarget = (redirectUri: string): string =>
  /^https?:/.test(redirectUri) ? new URL(redirectUri).origin : redirectUri.slice(0, redirectUri.indexOf(':') + 1)

/** Sends a page. @param redirectUri the trusted redirect URI of the request that the page's forms belong to. */
export const sendPage = (reply: FastifyReply, page: Page, redirectUri?: string): FastifyReply => {
  const formAction = redirectUri === undefined ? "'none'" : `'self' ${formTarget(redirectUri)}`
  return reply
    .headers({
      'cache-control': 'no-store',
      'content-security-policy': `default-src 'none'; style-src ${CSS_HASH}; form-action ${formAction}; base-uri 'none'; frame-ancestors 'none'`,
    })
    .type('text/html; charset=utf-8')
    .send(render(page))
}
