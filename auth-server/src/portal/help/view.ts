// The page of the help: the values of the application, code for one platform, and what stands behind it.
import { IDENTITY_HEADER } from '@mobile-api-gateway/sdk/identity-headers.ts'
import { actionLink } from '../../pages/components/button.ts'
import { copyable } from '../../pages/components/copyable.ts'
import { note } from '../../pages/components/notice.ts'
import { portalPage } from '../../pages/components/portal-page.ts'
import { snippetTabs, snippetText } from '../../pages/components/snippet.ts'
import { summaryList } from '../../pages/components/summary.ts'
import type { Page } from '../../pages/frame.ts'
import { type Html, html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import type { SnippetSettings } from '../../snippets/settings.ts'
import { noteOf, placeOf } from '../../snippets/snippet.ts'
import type { ChosenApp } from '../chosen-app.ts'
import { HELP_PARTS, hrefFor } from '../links.ts'
import { PATHS } from '../paths.ts'
import type { PortalPerson } from '../route.ts'
import { HELP_PLATFORMS, type HelpPlatform, isHelpPlatform } from './platforms.ts'

/** RFC 7636, appendix B. */
export const PKCE_EXAMPLE = {
  verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
} as const

export interface HelpFacts {
  readonly issuer: string
  readonly platform: HelpPlatform
  readonly chosen: ChosenApp | undefined
}

export function helpPage({ frame }: PortalPerson, facts: HelpFacts): Page {
  const settings = settingsOf(facts)
  return (texts) => {
    const { portalHelp: help, portal } = texts
    const content = html`<p>${help.lead}</p>
${values(facts, settings, texts)}
${snippetTabs(help.platforms, tabs(facts))}
${code(facts, settings, texts)}
${pkce(texts)}
${HELP_PARTS.map((part) => html`<h2 id="${part}">${help[part].title}</h2>\n${list(help[part].points)}`)}
${backend(texts)}`
    return portalPage({ frame, heading: portal.sections.help.title, content }, texts)
  }
}

function settingsOf({ issuer, chosen }: HelpFacts): SnippetSettings {
  return {
    issuer,
    clientId: chosen?.app.client_id ?? 'my-app',
    redirectUris: chosen?.app.redirect_uris ?? ['com.example.mine:/callback'],
    scopes: chosen?.use?.scopes ?? ['orders:read'],
    resource: chosen?.use?.resource ?? 'https://api.example.com/orders',
  }
}

function values({ chosen, issuer }: HelpFacts, settings: SnippetSettings, texts: Texts): Html {
  const { portalHelp: help } = texts
  if (!chosen) return html`${note(help.example)}\n<p>${actionLink(help.choose, PATHS.helpApps)}</p>`
  const { app, use } = chosen
  const entries = [
    { key: help.clientId, value: copyable(mono(settings.clientId), texts) },
    { key: help.redirectUri, value: html`${settings.redirectUris.map((uri) => html`${mono(uri)}<br>`)}` },
    { key: help.issuer, value: mono(issuer) },
    { key: help.api, ...(use && { value: mono(settings.resource) }) },
    { key: help.scopes, ...(use && { value: mono(settings.scopes.join(' ')) }) },
  ]
  return html`<h2>${help.values(app.name)}</h2>
${summaryList(entries, texts)}
${use && !use.isApproved && note(help.waits)}${!use && note(help.noApi)}<p>${actionLink(help.tryIt, hrefFor('tryIt', app.client_id))} · ${actionLink(help.chooseOther, PATHS.helpApps)}</p>`
}

function mono(text: string): Html {
  return html`<code>${text}</code>`
}

function tabs({ platform, chosen }: HelpFacts) {
  return Object.entries(HELP_PLATFORMS).map(([name, { label }]) => {
    const about = chosen && { app: chosen.app.client_id, ...(chosen.use && { api: chosen.use.apiId }) }
    const query = new URLSearchParams({ ...about, platform: name })
    return { label, href: `${PATHS.help}?${query}`, isCurrent: isHelpPlatform(name) && name === platform }
  })
}

/** Code and what stands in it are in English everywhere, as the command prints them. */
function code({ platform }: HelpFacts, settings: SnippetSettings, texts: Texts): Html {
  const { portalHelp: help } = texts
  const { label, snippet: snippetFor } = HELP_PLATFORMS[platform]
  const snippet = snippetFor(settings)
  if (!snippet) return note(help.notOnPhone)
  const { install, parts, notes } = snippet
  return html`<h2>${label}</h2>
${snippetText(help.install, install, texts)}
${parts.map((part) => snippetText(placeOf(part, texts), part.text, texts))}
<h3>${help.notes}</h3>
${list(notes.map((each) => noteOf(each, texts)))}`
}

function list(points: readonly string[]): Html {
  return html`<ul class="points">${points.map((point) => html`<li>${point}</li>`)}</ul>`
}

function pkce(texts: Texts): Html {
  const { title, lead, verifier, challenge } = texts.portalHelp.pkce
  const entries = [
    { key: verifier, value: mono(PKCE_EXAMPLE.verifier) },
    { key: challenge, value: mono(PKCE_EXAMPLE.challenge) },
  ]
  return html`<h2 id="pkce">${title}</h2>
<p>${lead}</p>
${summaryList(entries, texts)}`
}

function backend(texts: Texts): Html {
  const { title, lead, headers, sdk } = texts.portalHelp.backend
  const names = new Map<string, string>(Object.entries(IDENTITY_HEADER))
  const entries = Object.entries(headers).map(([name, value]) => ({ key: names.get(name) ?? name, value }))
  return html`<h2>${title}</h2>
<p>${lead}</p>
${summaryList(entries, texts)}
${note(sdk)}`
}
