// The pages about passkeys.
import { accountPage } from '../../../pages/components/account-page.ts'
import { actionLink, button } from '../../../pages/components/button.ts'
import { dangerForm } from '../../../pages/components/confirm.ts'
import { field } from '../../../pages/components/field.ts'
import { form } from '../../../pages/components/form.ts'
import { note, notice, problemNotice, problemSummary } from '../../../pages/components/notice.ts'
import { knownPasskeys, passkeyForm } from '../../../pages/components/passkey-form.ts'
import { emptyState, rows } from '../../../pages/components/rows.ts'
import { summaryList } from '../../../pages/components/summary.ts'
import { dayOf, timeAgo } from '../../../pages/components/time.ts'
import type { Page } from '../../../pages/frame.ts'
import { html } from '../../../pages/html.ts'
import type { Texts } from '../../../pages/locales/en.ts'
import type { PasskeyView } from '../../../store/queries/passkeys.ts'
import { actionOf, hrefOf, PATHS } from '../../paths.ts'
import type { SignedIn } from '../../route.ts'
import { toSection } from '../../sections.ts'

/** Characters of the name of a passkey. */
export const MAX_PASSKEY_NAME = 60

export type PasskeyProblem = keyof Texts['passkeys']['notKept']

function nameOf({ name }: PasskeyView, { passkeys }: Texts): string {
  return name ?? passkeys.own.unnamed
}

/** @param known what the browser is told of (WebAuthn Level 3 §5.1.10.3); @param problem why the last one was not kept */
export function passkeysPage(
  { frame, binding, news, now }: SignedIn,
  {
    passkeys,
    known,
    problem,
  }: Readonly<{ passkeys: readonly PasskeyView[]; known: string; problem: PasskeyProblem | undefined }>,
): Page {
  return (texts) => {
    const { own, notKept, add } = texts.passkeys
    const list = rows(
      passkeys.map((one) => ({
        title: nameOf(one, texts),
        href: hrefOf(PATHS.passkey, { passkey: one.id }),
        detail: html`${own.added(dayOf(one.createdAt, texts))} · ${
          one.usedAt ? own.used(timeAgo(one.usedAt, now, texts)) : own.neverUsed
        } · ${one.backedUp ? own.synced : own.oneDevice}`,
      })),
    )
    const content = html`${problem && problemNotice('problem', notKept[problem])}
<p>${own.lead}</p>
${passkeys.length === 0 ? emptyState(own.none) : list}
${passkeyForm({ binding, action: actionOf(PATHS.passkeys, {}), ceremony: 'create', unable: own.unable }, texts, button(add))}
${knownPasskeys(known)}`
    return accountPage(
      { frame, heading: own.title, back: toSection('security', texts), notice: news(texts), content },
      texts,
    )
  }
}

function toPasskeys({ passkeys }: Texts) {
  return { label: passkeys.own.title, href: hrefOf(PATHS.passkeys, {}) }
}

export function passkeyPage({ frame, news, now }: SignedIn, one: PasskeyView): Page {
  const ids = { passkey: one.id }
  return (texts) => {
    const { own } = texts.passkeys
    const { add } = texts.account.parts
    const entries = [
      {
        key: own.name,
        value: one.name ?? undefined,
        change: { href: hrefOf(PATHS.passkeyName, ids), ...(one.name === null && { label: add }) },
      },
      { key: own.addedOn, value: timeAgo(one.createdAt, now, texts) },
      { key: own.lastUsed, value: one.usedAt ? timeAgo(one.usedAt, now, texts) : own.neverUsed },
      { key: own.kept, value: one.backedUp ? own.synced : own.oneDevice },
    ]
    const name = nameOf(one, texts)
    const content = html`${summaryList(entries, texts)}
<p>${actionLink(own.remove, hrefOf(PATHS.passkeyRemove, ids), name)}</p>`
    return accountPage({ frame, heading: name, back: toPasskeys(texts), notice: news(texts), content }, texts)
  }
}

/** @param refused what was typed and cannot be a name */
export function namePage({ frame, binding }: SignedIn, one: PasskeyView, refused?: string): Page {
  const ids = { passkey: one.id }
  return (texts) => {
    const { own } = texts.passkeys
    const problems = refused === undefined ? [] : [{ field: 'name', text: own.badName(MAX_PASSKEY_NAME) }]
    const content = html`${problemSummary(problems, texts)}
${form(
  { binding, action: actionOf(PATHS.passkeyName, ids) },
  field({
    kind: 'text',
    name: 'name',
    label: own.name,
    hint: own.nameHint,
    maxLength: MAX_PASSKEY_NAME,
    value: refused ?? one.name ?? '',
    hasFocus: true,
    problems,
  }),
  button(texts.account.parts.save),
)}`
    const back = { label: nameOf(one, texts), href: hrefOf(PATHS.passkey, ids) }
    return accountPage({ frame, heading: own.nameTitle, back, content }, texts)
  }
}

/** @param isOnlyWay it was tried, and would leave the person without any way to sign in */
export function removePage({ frame, binding }: SignedIn, one: PasskeyView, isOnlyWay = false): Page {
  const ids = { passkey: one.id }
  return (texts) => {
    const { own } = texts.passkeys
    const name = nameOf(one, texts)
    const confirmation = {
      binding,
      action: actionOf(PATHS.passkeyRemove, ids),
      label: own.removeButton(name),
      back: hrefOf(PATHS.passkey, ids),
    }
    const content = isOnlyWay
      ? html``
      : html`<p>${own.removeLead(name)}</p>
${dangerForm(own.removeEffects, confirmation, texts)}
${note(own.removeNote)}`
    const told = isOnlyWay ? notice('bad', own.onlyWay) : undefined
    return accountPage({ frame, heading: own.removeTitle, back: toPasskeys(texts), notice: told, content }, texts)
  }
}
