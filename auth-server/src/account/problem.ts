// What somebody gets to see in their account instead of a page: that there is nothing here, or what went wrong.
import type { FastifyReply } from 'fastify'
import type { HttpProblem } from '../http/problem.ts'
import { accountPage } from '../pages/components/account-page.ts'
import { linkButton } from '../pages/components/button.ts'
import { html } from '../pages/html.ts'
import { sendPage } from '../pages/send-page.ts'
import type { SignedIn } from './route.ts'
import { type AccountSection, toOverview, toSection } from './sections.ts'

/** It never was, it has ended, or it is somebody else's, which nobody is told. @param section that it would be in */
export function notFoundPage(reply: FastifyReply, { frame }: SignedIn, section?: AccountSection): FastifyReply {
  return sendPage(reply.code(404), (texts) => {
    const { notFound } = texts.account
    const content = html`<p>${notFound.lead}</p>`
    const back = section === undefined ? toOverview(texts) : toSection(section, texts)
    return accountPage({ frame, heading: notFound.title, back, content }, texts)
  })
}

/** What was sent cannot be read. */
export function unreadablePage(reply: FastifyReply, { frame }: SignedIn, { status }: HttpProblem): FastifyReply {
  return sendPage(reply.code(status), (texts) => {
    const { unreadable } = texts.account
    const content = html`<p>${status === 413 ? unreadable.tooLong : unreadable.lead}</p>`
    return accountPage({ frame, heading: unreadable.title, back: toOverview(texts), content }, texts)
  })
}

/** A form that does not count. @param href of the page that it belongs to */
export function refusedFormPage(reply: FastifyReply, { frame }: SignedIn, href: string): FastifyReply {
  return sendPage(reply.code(403), (texts) => {
    const { title, lead, again } = texts.account.refusedForm
    const content = html`<p>${lead}</p>\n${linkButton(again, href)}`
    return accountPage({ frame, heading: title, back: toOverview(texts), content }, texts)
  })
}

/** Who changed much in a short time: when it goes on. */
export function tooManyPage(reply: FastifyReply, { frame }: SignedIn, waitSeconds: number): FastifyReply {
  return sendPage(reply.code(429).header('retry-after', String(waitSeconds)), (texts) => {
    const { title, lead } = texts.account.tooMany
    const content = html`<p>${lead(Math.max(1, Math.ceil(waitSeconds / 60)))}</p>`
    return accountPage({ frame, heading: title, back: toOverview(texts), content }, texts)
  })
}
