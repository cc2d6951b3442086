// The page for what is not there: it never was, it has ended, or it is somebody else's, which nobody is told.
import type { FastifyReply } from 'fastify'
import { accountPage } from '../pages/components/account-page.ts'
import { html } from '../pages/html.ts'
import { sendPage } from '../pages/send-page.ts'
import type { SignedIn } from './route.ts'
import { type AccountSection, toSection } from './sections.ts'

export function notFoundPage(reply: FastifyReply, { frame }: SignedIn, section: AccountSection): FastifyReply {
  return sendPage(reply.code(404), (texts) => {
    const { notFound } = texts.account
    const content = html`<p>${notFound.lead}</p>`
    return accountPage({ frame, heading: notFound.title, back: toSection(section, texts), content }, texts)
  })
}
