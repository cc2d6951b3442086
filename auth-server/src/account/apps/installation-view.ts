// One installation of an app: what it is, its name, and the button that signs it out.
import { accountPage } from '../../pages/components/account-page.ts'
import { button } from '../../pages/components/button.ts'
import { field } from '../../pages/components/field.ts'
import { form } from '../../pages/components/form.ts'
import { note, problemSummary } from '../../pages/components/notice.ts'
import { summaryList } from '../../pages/components/summary.ts'
import { dayOf, timeAgo } from '../../pages/components/time.ts'
import type { Page } from '../../pages/frame.ts'
import { type Html, html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { type Installation, MAX_INSTALLATION_NAME } from '../../tokens/installations.ts'
import { actionOf, hrefOf, PATHS } from '../paths.ts'
import type { SignedIn } from '../route.ts'
import { toSection } from '../sections.ts'

export function installationPage({ frame, binding, now, news }: SignedIn, installation: Installation): Page {
  const { applicationName, apiName, name, createdAt, lastUsedAt, current } = installation
  const ids = { installation: installation.id }
  return (texts) => {
    const { apps, parts } = texts.account
    const entries = [
      {
        key: apps.name,
        value: name ?? undefined,
        change: { href: hrefOf(PATHS.installationName, ids), ...(name === null && { label: parts.add }) },
      },
      { key: apps.app, value: applicationName },
      { key: apps.api, value: apiName },
      { key: apps.signedInSince, value: timeAgo(createdAt, now, texts) },
      { key: apps.lastUsed, value: timeAgo(lastUsedAt, now, texts) },
      { key: apps.origin, value: originOf(installation, texts) },
      { key: apps.genuine, value: installation.device?.isAttested ? apps.vouchedFor : apps.notVouchedFor },
    ]
    const content = html`${current && html`<p><span class="badge">${parts.thisDevice}</span></p>`}
${summaryList(entries, texts)}
${form({ binding, action: actionOf(PATHS.installationEnd, ids) }, button(apps.end, 'quiet'))}
${note(apps.endNote(applicationName))}`
    return accountPage(
      { frame, heading: name ?? applicationName, back: toSection('apps', texts), notice: news(texts), content },
      texts,
    )
  }
}

/** Where it came from: a sign-in, or a device that an app knew a guest by. */
function originOf({ device }: Installation, texts: Texts): string | Html {
  const { apps } = texts.account
  if (device === null) return apps.bySignIn
  const account = device.accountSince ? dayOf(device.accountSince, texts) : undefined
  return device.isMerged
    ? apps.byMerge(dayOf(device.since, texts), account)
    : apps.bySignUp(dayOf(device.since, texts), account)
}

/** @param refused what was typed and cannot be a name */
export function installationNamePage({ frame, binding }: SignedIn, installation: Installation, refused?: string): Page {
  const { applicationName, name } = installation
  const ids = { installation: installation.id }
  return (texts) => {
    const { apps, parts } = texts.account
    const problems = refused === undefined ? [] : [{ field: 'name', text: apps.badName }]
    const content = html`${problemSummary(problems, texts)}
${form(
  { binding, action: actionOf(PATHS.installationName, ids) },
  field({
    kind: 'text',
    name: 'name',
    label: apps.name,
    hint: apps.nameHint,
    maxLength: MAX_INSTALLATION_NAME,
    value: refused ?? name ?? '',
    hasFocus: true,
    problems,
  }),
  button(parts.save),
)}`
    const back = { label: name ?? applicationName, href: hrefOf(PATHS.installation, ids) }
    return accountPage({ frame, heading: apps.nameTitle(applicationName), back, content }, texts)
  }
}
