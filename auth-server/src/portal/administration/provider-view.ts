// The pages on identity providers: all of them, and one with how it fares, what is registered there and who offers it.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import { linkButton } from '../../pages/components/button.ts'
import { copyable } from '../../pages/components/copyable.ts'
import { list } from '../../pages/components/list.ts'
import { emptyState, rows } from '../../pages/components/rows.ts'
import { summaryList } from '../../pages/components/summary.ts'
import { dayOf, timeAgo } from '../../pages/components/time.ts'
import type { Page } from '../../pages/frame.ts'
import { type Html, html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson } from '../route.ts'
import { administrationPage } from './page.ts'

export type ShownProvider = OperationAnswer<'providers.list'>['items'][number]

export function providersPage(me: PortalPerson, found: readonly ShownProvider[]): Page {
  return administrationPage(me, (texts) => {
    const { providers, sections } = texts.administration
    const entries = found.map((provider) => ({
      title: provider.label,
      href: hrefOf(PATHS.provider, { provider: provider.name }),
      detail: html`<code>${provider.name}</code> · ${provider.kind} · ${stateOf(provider, texts)}`,
    }))
    const content = found.length > 0 ? html`<p>${providers.lead}</p>\n${rows(entries)}` : emptyState(providers.none)
    return { heading: sections.providers.title, content }
  })
}

function stateOf({ down, link_only }: ShownProvider, { administration }: Texts): Html {
  const { providers } = administration
  const state = down ? html`<span class="badge">${providers.down}</span>` : html`${providers.up}`
  return link_only ? html`${state} · ${providers.linkOnly}` : state
}

export function providerPage(me: PortalPerson, provider: ShownProvider): Page {
  return administrationPage(me, (texts) => {
    const { providers, sections } = texts.administration
    const back = { label: sections.providers.title, href: hrefOf(PATHS.providers, {}) }
    const trial = hrefOf(PATHS.providerTrial, { provider: provider.name })
    const content = html`${linkButton(texts.providerTrial.title(provider.label), trial)}
${summaryList(factsOf(provider, me.now, texts), texts)}
<h2>${providers.addresses}</h2>
${addressesOf(provider, texts)}
<h2>${providers.offered}</h2>
${offeredBy(provider, texts)}`
    return { heading: provider.label, back, content }
  })
}

function factsOf(provider: ShownProvider, now: Date, texts: Texts) {
  const { providers } = texts.administration
  const { facts } = providers
  const { last_trouble: trouble, email_domains: domains, certificates_end_at: ends } = provider
  return [
    { key: facts.name, value: html`<code>${provider.name}</code>` },
    { key: facts.kind, value: html`<code>${provider.kind}</code>` },
    { key: facts.issuer, value: html`<code>${provider.issuer}</code>` },
    { key: facts.endpoint, value: html`<code>${provider.endpoint}</code>` },
    { key: facts.state, value: stateOf(provider, texts) },
    {
      key: facts.trouble,
      value: trouble
        ? html`${timeAgo(new Date(trouble.at), now, texts)}: <span lang="en">${trouble.because}</span>`
        : providers.noTrouble,
    },
    {
      key: facts.domains,
      value: domains.includes('*') ? providers.everyDomain : domains.join(', ') || providers.noDomains,
    },
    ...(ends.length > 0
      ? [
          {
            key: facts.certificates,
            value: html`${ends.map((end, index) => {
              const day = new Date(end)
              return html`${index > 0 && ', '}${providers.certificate(dayOf(day, texts), day <= now)}`
            })}`,
          },
        ]
      : []),
  ]
}

function addressesOf({ addresses }: ShownProvider, texts: Texts): Html {
  const { providers } = texts.administration
  const words: Readonly<Record<string, string>> = providers.address
  const found = Object.entries(addresses)
  if (found.length === 0) return html`<p>${providers.noAddresses}</p>`
  return html`<p>${providers.addressesLead}</p>
${found.map(([name, address]) => {
  const what = words[name] ?? name
  return html`<h3>${what}</h3>\n${copyable(html`<p><code>${address}</code></p>`, texts, what)}`
})}`
}

function offeredBy({ offered }: ShownProvider, { administration }: Texts): Html {
  const { openApis, namedBy, nobody } = administration.providers
  const { apis, applications, open_apis: open } = offered
  const named = [...apis, ...applications].map((name) => html`<code>${name}</code>`)
  if (open + named.length === 0) return html`<p>${nobody}</p>`
  return html`${open > 0 && html`<p>${openApis(open)}</p>\n`}${named.length > 0 && html`<p>${namedBy}</p>\n${list(named)}`}`
}
