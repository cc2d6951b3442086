// The pages about what is set aside.
import { accountPage } from '../../../pages/components/account-page.ts'
import { actionLink, button } from '../../../pages/components/button.ts'
import { dangerForm } from '../../../pages/components/confirm.ts'
import { form } from '../../../pages/components/form.ts'
import { notice } from '../../../pages/components/notice.ts'
import { emptyState, rows } from '../../../pages/components/rows.ts'
import { summaryList } from '../../../pages/components/summary.ts'
import { dayOf, timeAgo } from '../../../pages/components/time.ts'
import type { Page } from '../../../pages/frame.ts'
import { html } from '../../../pages/html.ts'
import type { Texts } from '../../../pages/locales/en.ts'
import type { SetAside } from '../../../store/queries/set-aside.ts'
import { actionOf, hrefOf, PATHS } from '../../paths.ts'
import type { SignedIn } from '../../route.ts'
import { toSection } from '../../sections.ts'

function nameOf({ kind, name }: SetAside, { setAside }: Texts): string {
  return name ?? setAside.kinds[kind]
}

/** @param idOf what a thing is called in the addresses of pages */
export function setAsidePage(
  { frame, news }: SignedIn,
  things: readonly SetAside[],
  idOf: (thing: SetAside) => string,
): Page {
  return (texts) => {
    const { title, lead, none, kinds, addedOn } = texts.setAside
    const list = rows(
      things.map((thing) => ({
        title: nameOf(thing, texts),
        href: hrefOf(PATHS.setAsideThing, { thing: idOf(thing) }),
        detail: html`${kinds[thing.kind]} · ${addedOn(dayOf(thing.addedAt, texts))}`,
      })),
    )
    const content = things.length === 0 ? emptyState(none) : html`<p>${lead}</p>\n${list}`
    return accountPage(
      { frame, heading: title, back: toSection('security', texts), notice: news(texts), content },
      texts,
    )
  }
}

function toSetAside({ setAside }: Texts) {
  return { label: setAside.title, href: hrefOf(PATHS.setAside, {}) }
}

export function thingPage({ frame, binding, now }: SignedIn, thing: SetAside, id: string): Page {
  const ids = { thing: id }
  return (texts) => {
    const { setAside } = texts
    const name = nameOf(thing, texts)
    const entries = [
      { key: setAside.what, value: setAside.kinds[thing.kind] },
      { key: setAside.added, value: timeAgo(thing.addedAt, now, texts) },
      { key: setAside.aside, value: timeAgo(thing.setAsideAt, now, texts) },
    ]
    const back = form({ binding, action: actionOf(PATHS.setAsideThing, ids) }, button(setAside.bringBack))
    const prove = html`${notice('warn', setAside.needsOlder)}
<p>${setAside.anew[thing.kind]}</p>
${form({ binding, action: actionOf(PATHS.setAsideProve, ids) }, button(setAside.prove))}`
    const content = html`${summaryList(entries, texts)}
<p>${setAside.question}</p>
${thing.canReturn ? back : prove}
<p>${actionLink(setAside.remove, hrefOf(PATHS.setAsideRemove, ids), name)}</p>`
    return accountPage({ frame, heading: name, back: toSetAside(texts), content }, texts)
  }
}

export function forgetPage({ frame, binding }: SignedIn, thing: SetAside, id: string): Page {
  const ids = { thing: id }
  return (texts) => {
    const { setAside } = texts
    const name = nameOf(thing, texts)
    const confirmation = {
      binding,
      action: actionOf(PATHS.setAsideRemove, ids),
      label: setAside.removeButton(name),
      back: hrefOf(PATHS.setAsideThing, ids),
    }
    const content = dangerForm([setAside.removeEffect], confirmation, texts)
    return accountPage({ frame, heading: setAside.removeTitle, back: toSetAside(texts), content }, texts)
  }
}
