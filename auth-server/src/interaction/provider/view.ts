// The buttons of the providers, and the pages that say why one of them did not sign anybody in.
import type { FormBinding } from '../../http/csrf.ts'
import type { IdentityProvider, Providers } from '../../identity/federation/providers.ts'
import { button, linkButton } from '../../pages/components/button.ts'
import { form } from '../../pages/components/form.ts'
import { signMark } from '../../pages/components/mark.ts'
import { note } from '../../pages/components/notice.ts'
import type { Page } from '../../pages/frame.ts'
import type { Html } from '../../pages/html.ts'
import { html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { PROVIDER } from './paths.ts'

/** Why nobody was signed in. */
export type ProviderFailure = keyof Texts['federation']['failures']

/** A button for each provider; one that is down says so, and can be tried all the same. */
export function providerButtons(
  providers: Providers,
  offered: readonly IdentityProvider[],
  binding: FormBinding,
  { federation }: Texts,
): Html | undefined {
  if (offered.length === 0) return undefined
  const leading = binding.leadingTo(...offered.map(({ leadsTo }) => leadsTo))
  return html`${providers
    .buttons(offered)
    .map(({ name, label, isDown }) =>
      form(
        { binding: leading, action: `${PROVIDER}/${name}` },
        button(isDown ? federation.continueWithDown(label) : federation.continueWith(label), 'quiet'),
      ),
    )}`
}

/** @param back where to go on, where that is known */
export function providerFailedPage(why: ProviderFailure, label: string, back?: string): Page {
  return ({ federation, error }) => ({
    title: federation.failedTitle(label),
    body: html`${signMark(why === 'cancelled' ? 'warn' : 'bad')}
<h1>${federation.failedTitle(label)}</h1>
<p>${federation.failures[why](label)}</p>
${back === undefined ? note(error.note) : linkButton(federation.back, back)}`,
  })
}
