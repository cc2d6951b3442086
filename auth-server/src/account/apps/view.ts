// The page of apps and devices: the installations that are signed in, and what each app may do.
import { accountPage } from '../../pages/components/account-page.ts'
import { emptyState, type RowEntry, rows } from '../../pages/components/rows.ts'
import { dayOf, timeAgo } from '../../pages/components/time.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import type { Access } from '../../store/queries/access.ts'
import type { Installation } from '../../tokens/installations.ts'
import { hrefOf, PATHS } from '../paths.ts'
import type { SignedIn } from '../route.ts'
import { toOverview } from '../sections.ts'
import { accessInWords } from './words.ts'

export function appsPage(me: SignedIn, installations: readonly Installation[], access: readonly Access[]): Page {
  return (texts) => {
    const { apps, sections } = texts.account
    const { frame, news } = me
    const content = html`<h2>${apps.signedInTo}</h2>
${
  installations.length === 0
    ? emptyState(apps.noInstallations)
    : rows(installations.map((installation) => installationRow(installation, me, texts)))
}
${access.length > 0 && html`<h2>${apps.mayDo}</h2>\n${rows(access.map((one) => accessRow(one, texts)))}`}`
    return accountPage(
      { frame, heading: sections.apps.title, back: toOverview(texts), notice: news(texts), content },
      texts,
    )
  }
}

function installationRow(installation: Installation, { now }: SignedIn, texts: Texts): RowEntry {
  const { id, name, applicationName, apiName, lastUsedAt, current, device } = installation
  const { apps, parts } = texts.account
  const app = name === null ? apiName : `${applicationName} · ${apiName}`
  return {
    title: name ?? applicationName,
    href: hrefOf(PATHS.installation, { installation: id }),
    detail: html`${app} · ${apps.used(timeAgo(lastUsedAt, now, texts))}${
      device !== null && html` · ${device.isMerged ? apps.wasMerged : apps.wasGuest}`
    }${device?.isAttested && html` · ${apps.isGenuine}`}`,
    current: current ? parts.thisDevice : undefined,
  }
}

function accessRow({ applicationId, applicationName, apiName, since, ...access }: Access, texts: Texts): RowEntry {
  const words = accessInWords(access, texts).join(' · ')
  return {
    title: applicationName,
    href: hrefOf(PATHS.application, { application: applicationId }),
    detail: html`${apiName}${words !== '' && `: ${words}`} · ${texts.account.apps.since(dayOf(since, texts))}`,
  }
}
