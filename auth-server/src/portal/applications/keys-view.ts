// The page of an application's public keys: the ones that count, and one field for the whole set.
import type { KeyProblem } from '../../catalogue/client-keys.ts'
import { randomSecret } from '../../crypto/random.ts'
import type { HttpProblem } from '../../http/problem.ts'
import { area } from '../../pages/components/area.ts'
import { button } from '../../pages/components/button.ts'
import { hiddenFields } from '../../pages/components/field.ts'
import { form } from '../../pages/components/form.ts'
import { list } from '../../pages/components/list.ts'
import { note } from '../../pages/components/notice.ts'
import { portalPage } from '../../pages/components/portal-page.ts'
import { refusedNotice, wrongNotice } from '../../pages/components/refused.ts'
import { rows } from '../../pages/components/rows.ts'
import type { Page } from '../../pages/frame.ts'
import { type Html, html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { actionOf, PATHS } from '../paths.ts'
import type { PortalPerson } from '../route.ts'
import { type Application, applicationHref } from './one.ts'

/** Room for twenty keys with what others write into them. */
export const MAX_KEYS_CHARACTERS = 24_000

export type KeysProblem = KeyProblem | 'json' | 'long'

interface Keys {
  readonly application: Application
  readonly etag: string
  readonly typed: string
  readonly endsTrust: boolean
  readonly problem?: KeysProblem | HttpProblem
}

export function keysPage(
  { frame, binding }: PortalPerson,
  { application, etag, typed, endsTrust, problem }: Keys,
): Page {
  const { client_id: id, jwks, token_endpoint_auth_method: method } = application
  const provesByKeys = method === 'private_key_jwt'
  return (texts) => {
    const said = texts.portalApplications
    const { keysPage: words } = said
    const action = actionOf(PATHS.applicationKeys, { application: id })
    const entries = (jwks?.keys ?? []).map(({ kid, kty, crv, alg }) => ({
      title: kid ?? words.noKid,
      detail: [kty, crv, alg].filter((fact) => fact !== undefined).join(' · '),
    }))
    const content = html`<p>${words.lead}</p>
${!provesByKeys && note(words.instead)}${endsTrust && note(said.endsTrust)}
${entries.length > 0 && rows(entries)}
${form(
  { binding, action },
  ...hiddenFields({ etag }),
  area({ name: 'jwks', label: words.label, hint: words.hint, maxLength: 2 * MAX_KEYS_CHARACTERS, value: typed }),
  button(provesByKeys ? said.save : words.change, provesByKeys ? 'main' : 'danger'),
)}
${provesByKeys && (application.kind === 'web' ? backSection({ binding, action }, texts) : note(words.noWayBack))}`
    const notice =
      typeof problem === 'string'
        ? wrongNotice(words.problems[problem], texts, { field: 'jwks' })
        : problem && refusedNotice(problem, texts, { jwks: { field: 'jwks', ...words } })
    const back = { label: application.name, href: applicationHref(application) }
    return portalPage({ frame, heading: words.title, back, notice, content }, texts)
  }
}

function backSection(to: Parameters<typeof form>[0], texts: Texts): Html {
  const { backTitle, backLosses, back } = texts.portalApplications.keysPage
  // Pressed twice, the second answer shows the same secret.
  const hidden = hiddenFields({ secret: 'yes', key: randomSecret(16) })
  return html`<h2>${backTitle}</h2>
<div class="losses">${list(backLosses)}</div>
${form(to, ...hidden, button(back, 'danger'))}`
}
