// The ways to show a second factor: a new one is a row of WAYS.
import { authenticatedBy, type Method } from '../../identity/acr.ts'
import { PASSKEY_METHODS } from '../../identity/passkeys/authentication.ts'
import { button } from '../../pages/components/button.ts'
import { field } from '../../pages/components/field.ts'
import { form } from '../../pages/components/form.ts'
import { passkeyForm } from '../../pages/components/passkey-form.ts'
import { type Html, html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import type { SignedInVisit } from '../visit.ts'
import { isEnough } from './needed.ts'

/** Its part of the page, in any language. */
export type WayPart = (texts: Texts) => Html

export interface Way {
  /** Whoever has set up such a factor is offered it. */
  readonly factor: 'totp' | 'passkey'
  /** What it shows (RFC 8176). */
  readonly methods: readonly Method[]
  /** Its part of the page. @param problemId of the notice about what was typed, if one is there */
  readonly offer: (visit: SignedInVisit, problemId?: string) => WayPart
}

const WAYS: readonly Way[] = [
  { factor: 'passkey', methods: PASSKEY_METHODS, offer: offerPasskey },
  { factor: 'totp', methods: ['otp'], offer: offerTotp },
]

/** Those that the person can take, and that are enough for what is due. */
export function waysFor(visit: SignedInVisit): readonly Way[] {
  const { factors, amr } = visit.session
  return WAYS.filter(
    ({ factor, methods }) => factors.includes(factor) && isEnough(authenticatedBy(methods, amr).acr, visit),
  )
}

function offerPasskey({ binding }: SignedInVisit): WayPart {
  return (texts) =>
    passkeyForm(
      { binding, action: 'second-factor/passkey', ceremony: 'get' },
      texts,
      button(texts.passkeys.secondFactor),
    )
}

function offerTotp({ binding }: SignedInVisit, problemId?: string): WayPart {
  return ({ secondFactor }) => html`<p>${secondFactor.lead}</p>
${form(
  { binding, action: 'second-factor' },
  field({
    kind: 'code',
    name: 'code',
    label: secondFactor.code,
    // Some copy it with a space in the middle.
    maxLength: 16,
    hasFocus: true,
    problemId,
  }),
  button(secondFactor.button),
)}`
}
