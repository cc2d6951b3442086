// Sends a page: in the language of who asked, under the operator's name, with the policy that its own forms need.
import type { FastifyInstance, FastifyReply } from 'fastify'
import { contentPolicy } from './content-policy.ts'
import { type Page, renderPage } from './frame.ts'
import { LOCALES, languageOf } from './language.ts'
import type { OperatorSettings } from './operator.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Whose pages these are. */
    readonly operator: OperatorSettings
  }
}

/** Tells the pages whose they are. */
export function addPages(app: FastifyInstance, operator: OperatorSettings): void {
  app.decorate('operator', operator).decorateRequest('uiLocales', undefined)
}

export function sendPage(reply: FastifyReply, page: Page): FastifyReply {
  const { request, server } = reply
  const language = languageOf(request)
  const texts = LOCALES[language]
  const { operator } = server
  const { html, styles, hasImage } = renderPage(page(texts), { language, texts, operator })
  return reply
    .headers({
      // No cache keeps it, so none has to be told by Vary what it depends on.
      'cache-control': 'no-store',
      'content-language': language,
      'content-security-policy': contentPolicy({
        style: styles.map(({ source }) => source).join(' '),
        images: [...(operator.operatorLogo ? [operator.operatorLogo.source] : []), ...(hasImage ? ["'self'"] : [])],
        formTargets: html.needs.formTargets,
        runsScript: html.needs.scripts.length > 0,
      }),
    })
    .type('text/html; charset=utf-8')
    .send(html.toString())
}
