// The pages that a visit ends in when it cannot go on: what is true, and what to do now.

import type { Page } from '../../pages/frame.ts'
import { type Html, html } from '../../pages/html.ts'

/** A way out: the words of a button, and where it leads. */
export interface Way {
  readonly label: string
  readonly href: string
}

function wayOut(way: Way | undefined): Html | undefined {
  return way && html`\n<p><a class="button" href="${way.href}">${way.label}</a></p>`
}

/** The app has had its answer. @param again for an app that may not have opened: asks for the same once more. */
export function donePage(applicationName: string, again?: Way): Page {
  return {
    title: 'This sign-in is done',
    body: html`<div class="mark" aria-hidden="true">✓</div>
<h1>This sign-in is done</h1>
<p><strong>${applicationName}</strong> has its answer, and this page is not needed any more. Go back to the app; to sign in again, start there.</p>${
      again &&
      html`\n<p>If <strong>${applicationName}</strong> did not open, look whether it is installed on this device.</p>`
    }${wayOut(again)}`,
  }
}

/** Nobody finished in time. @param back tells the app, so that it can offer to start again. */
export function expiredPage(applicationName: string, back?: Way): Page {
  return {
    title: 'This page has expired',
    body: html`<div class="mark" aria-hidden="true">!</div>
<h1>This page has expired</h1>
<p>It was open for more than an hour, so nothing was sent. Go back to <strong>${applicationName}</strong> and start again.</p>${wayOut(back)}`,
  }
}

export const elsewherePage: Page = {
  title: 'This page belongs to another browser',
  body: html`<div class="mark" aria-hidden="true">!</div>
<h1>This page belongs to another browser</h1>
<p>The sign-in began in another browser or in a private window, and can go on only there; or more than ten were under way in this one, and the oldest was given up. To sign in here, go back to the app and start again.</p>`,
}

export const endedPage: Page = {
  title: 'This sign-in has ended',
  body: html`<div class="mark" aria-hidden="true">!</div>
<h1>This sign-in has ended</h1>
<p>It is done, or was left open for too long. Go back to the app and start again.</p>`,
}
