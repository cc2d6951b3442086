// The page at `/` on a developer's machine: what runs, the demo's login, how to call the API, and what was refused lately.
import type { DevelopmentStack } from '../config/development-stack.ts'
import { ACCOUNT_PATH, PORTAL_PATH } from '../interaction/paths.ts'
import { REFERENCE_PATH } from '../management/paths.ts'
import { JWKS_PATH } from '../oauth/jwks.ts'
import { DISCOVERY_PATH } from '../oauth/metadata.ts'
import { actionLink, linkButton } from '../pages/components/button.ts'
import { copyable } from '../pages/components/copyable.ts'
import { note, notice } from '../pages/components/notice.ts'
import { emptyState, rows } from '../pages/components/rows.ts'
import { summaryList } from '../pages/components/summary.ts'
import { timeAgo } from '../pages/components/time.ts'
import { explainRefusal } from '../pages/explain-refusal.ts'
import type { Page } from '../pages/frame.ts'
import { type Html, html } from '../pages/html.ts'
import type { Texts } from '../pages/locales/en.ts'
import type { LastRefusal } from '../store/queries/listed-refusals.ts'
import type { RefusedRequest } from './refusals.ts'
import type { StackState } from './stack-state.ts'
import { ECHO_PATH, TRY_PATH } from './try.ts'

/** What the page tells. */
export interface DevelopmentFacts {
  readonly issuer: string
  readonly stack: DevelopmentStack
  readonly state: StackState
  /** Where mails are kept, if they are. */
  readonly mailFolder: string | undefined
  readonly refusals: readonly RefusedRequest[]
  /** Those that the gateway refused. */
  readonly calls: readonly LastRefusal[]
  readonly now: Date
}

export function developmentPage(facts: DevelopmentFacts): Page {
  const { stack, state, mailFolder, refusals, calls, issuer, now } = facts
  return (texts) => {
    const { development } = texts.landing
    const { toPortal } = texts.portal
    const isWhole = Object.values(state).every(Boolean)
    const heading = isWhole ? development.allRun : development.someMissing
    return {
      title: `${heading} – ${development.title}`,
      frame: 'wide',
      body: html`${!isWhole && notice('warn', development.someMissingHint)}
<h1>${heading}</h1>
${partsList(facts, texts)}
<h2>${development.signIn}</h2>
<p>${development.signInLead}</p>
${summaryList(
  [
    { key: development.email, value: code(stack.demo.email) },
    { key: development.password, value: code(stack.demo.password) },
  ],
  texts,
)}
${linkButton(development.tryIt, TRY_PATH)}
<p>${actionLink(development.toAccount, ACCOUNT_PATH)}</p>
<p>${actionLink(toPortal, PORTAL_PATH)}</p>
<h2>${development.call}</h2>
<p>${development.callLead}</p>
${commands(stack, texts)}
<h2>${development.app}</h2>
${summaryList(
  [
    { key: development.issuer, value: code(issuer) },
    { key: development.clientId, value: code(stack.demo.clientId) },
    { key: development.redirectUris, value: html`${stack.demo.redirectUris.map((uri) => html`${code(uri)}<br>`)}` },
    { key: development.api, value: code(stack.resource) },
  ],
  texts,
)}
${note(development.appLead)}
<h2>${development.links}</h2>
${rows(links(facts, texts))}
${
  mailFolder !== undefined &&
  html`<h2>${development.mails}</h2>
<p>${development.mailsLead}</p>
<p>${code(mailFolder)}</p>
`
}<h2>${development.refusals}</h2>
<p>${development.refusalsNote}</p>
${refusals.length === 0 ? emptyState(development.noRefusals) : rows(refusals.map((refusal) => refusalRow(refusal, now, texts)))}
<h2>${development.calls}</h2>
<p>${development.callsNote}</p>
${calls.length === 0 ? emptyState(development.noCalls) : rows(calls.map((call) => callRow(call, now, texts)))}`,
    }
  }
}

function code(text: string): Html {
  return html`<code>${text}</code>`
}

function partsList({ issuer, stack, state }: DevelopmentFacts, texts: Texts): Html {
  const { parts, runs, away } = texts.landing.development
  const entries = [
    [parts.auth, true, issuer],
    [parts.gateway, state.gateway, stack.gateway],
    [parts.demoApi, state.demoApi, stack.api],
    [parts.pluginServer, state.pluginServer, undefined],
    [parts.database, state.database, undefined],
  ] as const
  return summaryList(
    entries.map(([key, isUp, address]) => ({
      key,
      value: html`<span class="state ${isUp ? 'good' : 'bad'}">${isUp ? runs : away}</span> ${address !== undefined && code(address)}`,
    })),
    texts,
  )
}

function commands({ commandPrefix, resource }: DevelopmentStack, texts: Texts): Html {
  const { development } = texts.landing
  const call = resource + ECHO_PATH
  const entries = [
    [`${commandPrefix}npm run demo`, development.commands.demo],
    [`${commandPrefix}npm run demo -- --browser`, development.commands.browser],
    [`${commandPrefix}npm run demo -- --sign-up`, development.commands.signUp],
    [`${commandPrefix}npm run demo -- --device`, development.commands.device],
    [`${commandPrefix}npm run demo -- --provider`, development.commands.provider],
    [
      `${commandPrefix}npm run app -- add --name "My App" --redirect com.example.mine:/callback --api mobile-api`,
      development.commands.app,
    ],
    [`${commandPrefix}npm run setup`, development.commands.setup],
    [`curl -i ${call}`, development.commands.curl],
    [`curl -H "Authorization: Bearer $(${commandPrefix}npm run -s token)" ${call}`, development.commands.token],
  ] as const
  return html`${entries.map(([command, what]) => html`<div class="command">${copyable(html`<p>${code(command)}<br>${what}</p>`, texts)}</div>`)}`
}

function links({ stack, issuer }: DevelopmentFacts, { landing }: Texts) {
  const { discovery, keys, management, resourceMetadata } = landing.development
  const { pathname } = new URL(stack.resource)
  return [
    { title: discovery, href: issuer + DISCOVERY_PATH },
    { title: resourceMetadata, href: `${stack.gateway}/.well-known/oauth-protected-resource${pathname}` },
    { title: keys, href: issuer + JWKS_PATH },
    { title: management, href: issuer + REFERENCE_PATH },
  ]
}

/** @param refusal whose words are for developers, and English */
function refusalRow(refusal: RefusedRequest, now: Date, texts: Texts) {
  const { at, method, route, status, clientId, code, description, detail } = refusal
  const why = detail === undefined ? description : `${description} (${detail})`
  return {
    title: [method, route, status, clientId].filter((part) => part !== undefined).join(' '),
    detail: html`<span lang="en">${code}: ${why}</span><br>${timeAgo(at, now, texts)}`,
  }
}

function callRow({ at, requestId, clientId, apiId, code, facts }: LastRefusal, now: Date, texts: Texts) {
  const { method, path } = facts
  return {
    title: [...(path === undefined ? [apiId] : [method, path]), clientId].join(' '),
    detail: html`${explainRefusal(texts, code, facts).why}<br>${timeAgo(at, now, texts)} · <code>${requestId}</code>`,
  }
}
