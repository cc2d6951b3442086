// The page that tries an identity provider: the form that begins, and all that came of the last time.

import { MAX_TYPED_NAME, MAX_TYPED_PASSWORD } from '../../identity/federation/ask-here.ts'
import type { IdentityProvider } from '../../identity/federation/providers.ts'
import type { ShownValue, ToldResult, TrialResult } from '../../interaction/provider-trial/result.ts'
import { button } from '../../pages/components/button.ts'
import { field } from '../../pages/components/field.ts'
import { form } from '../../pages/components/form.ts'
import { type NoticeKind, notice, problemNotice } from '../../pages/components/notice.ts'
import { summaryList } from '../../pages/components/summary.ts'
import { wireParts } from '../../pages/components/wire.ts'
import type { Page } from '../../pages/frame.ts'
import { type Html, html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { actionOf, hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson } from '../route.ts'
import { administrationPage } from './page.ts'

type TriedProvider = Pick<IdentityProvider, 'name' | 'label' | 'asksHere' | 'isLinkOnly' | 'leadsTo'>

/** @param tooMany names and passwords were tried */
export function providerTrialPage(
  me: PortalPerson,
  provider: TriedProvider,
  { result, tooMany = false }: Readonly<{ result: TrialResult | undefined; tooMany?: boolean }>,
): Page {
  const { name, label } = provider
  return administrationPage(me, (texts) => {
    const { providerTrial } = texts
    const back = { label, href: hrefOf(PATHS.provider, { provider: name }) }
    const forget =
      result &&
      form(
        { binding: me.binding, action: actionOf(PATHS.providerTrialEnd, { provider: name }) },
        button(providerTrial.forget, 'plain'),
      )
    const content = html`<p>${providerTrial.lead(label)}</p>
${result && resultView(provider, result, texts)}
${beginForm(me, provider, result !== undefined, texts)}
${forget}`
    const problem = tooMany ? problemNotice('problem', providerTrial.tooMany) : undefined
    return { heading: providerTrial.title(label), back, content, problem }
  })
}

function beginForm(
  { binding }: PortalPerson,
  { name, label, asksHere, leadsTo }: TriedProvider,
  isAgain: boolean,
  { providerTrial, federation }: Texts,
): Html {
  const { typed } = federation
  const fields = asksHere
    ? [
        field({ kind: 'line', name: 'name', label: typed.name(label), maxLength: MAX_TYPED_NAME, autocomplete: 'off' }),
        field({ kind: 'password', name: 'password', label: typed.password(label), maxLength: MAX_TYPED_PASSWORD }),
      ]
    : []
  const leading = asksHere ? binding : binding.leadingTo(leadsTo)
  const action = actionOf(PATHS.providerTrial, { provider: name })
  return form({ binding: leading, action }, ...fields, button(isAgain ? providerTrial.again : providerTrial.button))
}

function resultView(provider: TriedProvider, result: TrialResult, texts: Texts): Html {
  const { outcomes, because } = texts.providerTrial
  const told = (kind: NoticeKind, sentence: (label: string) => string, why: string | null) =>
    html`${notice(kind, sentence(provider.label))}${
      why !== null && html`\n${summaryList([{ key: because, value: html`<span lang="en">${why}</span>` }], texts)}`
    }`
  if (result.kind === 'cancelled') return told('warn', outcomes.cancelled, result.because)
  if (result.kind === 'wrong credentials') return told('warn', outcomes.wrong, null)
  if (result.kind === 'failed')
    return told('bad', result.isDown ? outcomes.unavailable : outcomes.failed, result.because)
  return html`${told('good', outcomes.told, null)}\n${toldView(provider, result, texts)}`
}

function toldView({ isLinkOnly }: TriedProvider, result: ToldResult, texts: Texts): Html {
  const { providerTrial } = texts
  const { facts } = providerTrial
  const { claims, moreClaims, mapped, leftOut, groups, missingGroups, routedBy } = result
  const inGroups = [
    ...(groups.length > 0 ? [groups.join(', ')] : []),
    ...(missingGroups.length > 0 ? [providerTrial.missingGroups(missingGroups.join(', '))] : []),
  ]
  const entries = [
    { key: facts.issuer, value: html`<code>${result.issuer}</code>` },
    { key: facts.subject, value: html`<code>${result.subject}</code>` },
    { key: facts.address, value: providerTrial.address[result.address](result.email ?? '') },
    { key: facts.whose, value: isLinkOnly ? providerTrial.linkOnly : providerTrial.whose[result.whose] },
    { key: facts.groups, value: inGroups.join('; ') || providerTrial.noGroups },
    { key: facts.routing, value: routedBy === null ? providerTrial.notRouted : providerTrial.routed(routedBy) },
  ]
  return html`<h2>${providerTrial.who}</h2>
${summaryList(entries, texts)}
<h2>${providerTrial.claims}</h2>
${valuesOr(claims, providerTrial.noClaims, texts)}
${moreClaims > 0 && html`<p>${providerTrial.moreClaims(moreClaims)}</p>\n`}<h2>${providerTrial.mapped}</h2>
${valuesOr(mapped, providerTrial.noMapped, texts)}
${leftOut.length > 0 && html`<h3>${providerTrial.leftOutTitle}</h3>\n${wireParts(leftOut.map(({ claim, because }) => ({ name: claim, value: html`<span lang="en">${because}</span>` })))}`}`
}

function valuesOr(values: readonly ShownValue[], none: string, { providerTrial }: Texts): Html {
  if (values.length === 0) return html`<p>${none}</p>`
  return wireParts(
    values.map(({ name, value, length }) => ({
      name,
      value,
      ...(length !== undefined && { note: providerTrial.cut(length) }),
    })),
  )
}
