// What somebody gets to see instead of a page: that there is nothing here, or what went wrong.
import { sayRefusal } from '@mobile-api-gateway/sdk/contract/refusals.ts'
import type { FastifyReply } from 'fastify'
import type { HttpProblem } from '../../http/problem.ts'
import { linkButton, wayLink } from '../../pages/components/button.ts'
import { developerNotice } from '../../pages/components/notice.ts'
import { portalPage } from '../../pages/components/portal-page.ts'
import { asSentence } from '../../pages/error.ts'
import { html } from '../../pages/html.ts'
import { sendPage } from '../../pages/send-page.ts'
import { PATHS } from '../paths.ts'
import type { PortalPerson } from '../route.ts'

export function sendPortalProblem(reply: FastifyReply, me: PortalPerson, problem: HttpProblem): FastifyReply {
  const { description, status, headers, refusal } = problem
  const [part, at = ''] = refusal?.reason === 'misfit' ? refusal.facts : []
  // What an address names that nothing can be called is not there, either.
  if (status === 404 || (part !== undefined && NAMED_BY_ADDRESS.test(`${part}${at}`))) return notFoundPage(reply, me)
  if (status === 429) return tooManyPage(reply.headers(headers), me, Number(headers['retry-after'] ?? 0))
  return sendPage(reply.code(status).headers(headers), (texts) => {
    const { title, lead } = texts.portal.problem
    const said = refusal && asSentence(sayRefusal(texts.portal.refused.sentences, refusal))
    const why =
      said === undefined ? developerNotice(texts.error.forDevelopers, asSentence(description)) : html`<p>${said}</p>`
    const content = html`<p>${lead}</p>\n${why}`
    return portalPage({ frame: me.frame, heading: title, content }, texts)
  })
}

const NAMED_BY_ADDRESS = /^the (?:path, at|query, at \/(?:client_id|api_id|person_id),)/

/** A form that does not count, and is not shown again: the page that it belongs to is. @param href of that page */
export function refusedFormPage(reply: FastifyReply, { frame }: PortalPerson, href: string): FastifyReply {
  return sendPage(reply.code(403), (texts) => {
    const { title, lead, again } = texts.portal.refusedForm
    return portalPage({ frame, heading: title, content: html`<p>${lead}</p>\n${linkButton(again, href)}` }, texts)
  })
}

/** Who did or opened much in a short time: when it goes on. */
function tooManyPage(reply: FastifyReply, { frame }: PortalPerson, waitSeconds: number): FastifyReply {
  return sendPage(reply.code(429), (texts) => {
    const { title, lead } = texts.portal[reply.request.method === 'POST' ? 'tooMany' : 'tooManyPages']
    const content = html`<p>${lead(Math.max(1, Math.ceil(waitSeconds / 60)))}</p>`
    return portalPage({ frame, heading: title, content }, texts)
  })
}

/** It never was, it has ended, or it is somebody else's, which nobody is told. */
export function notFoundPage(reply: FastifyReply, { frame }: PortalPerson): FastifyReply {
  return sendPage(reply.code(404), (texts) => {
    const { title, lead } = texts.portal.notFound
    const content = html`<p>${lead}</p>\n${wayLink(texts.portal.title, PATHS.overview)}`
    return portalPage({ frame, heading: title, content }, texts)
  })
}
