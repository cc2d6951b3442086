// What somebody gets to see instead of a page: that there is nothing here, or what went wrong.
import type { FastifyReply } from 'fastify'
import type { HttpProblem } from '../../http/problem.ts'
import { developerNotice } from '../../pages/components/notice.ts'
import { portalPage } from '../../pages/components/portal-page.ts'
import { asSentence } from '../../pages/error.ts'
import { html } from '../../pages/html.ts'
import { sendPage } from '../../pages/send-page.ts'
import type { PortalPerson } from '../route.ts'

export function sendPortalProblem(reply: FastifyReply, me: PortalPerson, problem: HttpProblem): FastifyReply {
  if (problem.status === 404) return notFoundPage(reply, me)
  const { description, status, headers } = problem
  return sendPage(reply.code(status).headers(headers), (texts) => {
    const { title, lead } = texts.portal.problem
    const content = html`<p>${lead}</p>\n${developerNotice(texts.error.forDevelopers, asSentence(description))}`
    return portalPage({ frame: me.frame, heading: title, content }, texts)
  })
}

/** It never was, it has ended, or it is somebody else's, which nobody is told. */
export function notFoundPage(reply: FastifyReply, { frame }: PortalPerson): FastifyReply {
  return sendPage(reply.code(404), (texts) => {
    const { title, lead } = texts.portal.notFound
    return portalPage({ frame, heading: title, content: html`<p>${lead}</p>` }, texts)
  })
}
