// What the operation on identity providers does: it tells what the configuration has, and what this instance knows of each.
import { isBuiltInApi } from '../catalogue/apis.ts'
import { readProviderUse } from '../store/queries/provider-use.ts'
import type { HandlersOf } from './handler.ts'

/** Of an address: what stands in its query may be a secret of the operator. */
const QUERY = /^((?:[a-z-]+:)?https?:[^?#]*)[?#].*$/

function withoutQuery(text: string): string {
  return text.replace(QUERY, '$1')
}

export const PROVIDER_HANDLERS: HandlersOf<'providers'> = {
  'providers.list': {
    async read({ deps, db }) {
      const { providers } = deps
      const use = await readProviderUse(db)
      const openApis = use.openApis.filter((id) => !isBuiltInApi(id)).length
      // Who is shown them wants to know; the answer of the next look has that of this one.
      const down = new Map(providers.buttons(providers.all).map(({ name, isDown }) => [name, isDown]))
      const items = providers.all.map((provider) => {
        const { name, label, kind, issuer, endpoint, isLinkOnly, emailDomains, addresses, certificatesEnd } = provider
        const trouble = provider.lastTrouble()
        const named = use.named.get(name)
        return {
          name,
          label,
          kind,
          issuer: withoutQuery(issuer),
          endpoint: withoutQuery(endpoint),
          link_only: isLinkOnly,
          email_domains: [...emailDomains],
          down: down.get(name) ?? false,
          last_trouble: trouble ? { at: trouble.at.toISOString(), because: trouble.because } : null,
          addresses: { ...addresses },
          certificates_end_at: certificatesEnd.map((end) => end.toISOString()),
          offered: {
            apis: [...(named?.apis ?? [])],
            applications: [...(named?.applications ?? [])],
            open_apis: isLinkOnly ? 0 : openApis,
          },
        }
      })
      return { items, next: null }
    },
  },
}
