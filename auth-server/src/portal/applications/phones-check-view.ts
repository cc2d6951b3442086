// What a check of an app's links found, in words for each file, and the button that checks again.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import { button } from '../../pages/components/button.ts'
import { hiddenFields } from '../../pages/components/field.ts'
import { form } from '../../pages/components/form.ts'
import { notice } from '../../pages/components/notice.ts'
import { summaryList } from '../../pages/components/summary.ts'
import { type Html, html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'

/** As the operation answers it. */
export type Checked = OperationAnswer<'applications.check_app_links'>

export function checkedNotice({ verified, documents }: Checked, texts: Texts): Html {
  const { good, bad } = texts.portalApplications.phones.check
  // Of a system that is not on record nothing is known.
  return verified ? notice('good', good(documents.map(({ system }) => SYSTEMS[system]))) : notice('warn', bad)
}

const SYSTEMS = { android: 'Android', apple: 'Apple' } as const satisfies Record<string, string>

export function checkSection(to: Parameters<typeof form>[0], checked: Checked | undefined, texts: Texts): Html {
  const { check } = texts.portalApplications.phones
  return html`<h2>${check.title}</h2>
<p>${check.lead}</p>
${checked && foundList(checked, texts)}
${form(to, ...hiddenFields({ check: 'yes' }), button(check.button, 'quiet'))}`
}

function foundList({ verified, record, server, documents }: Checked, texts: Texts): Html {
  const { check } = texts.portalApplications.phones
  const entry = (key: string, sentences: readonly string[]) => ({
    key,
    value: sentences.length === 0 ? check.right : html`${sentences.map((sentence) => html`${sentence}<br>`)}`,
  })
  const found = [
    ...documents.map(({ system, address, findings }) =>
      entry(
        `${SYSTEMS[system]}: ${new URL(address).pathname.split('/').at(-1)}`,
        findings.map(({ problem, detail }) => check.documents[problem](detail ?? '')),
      ),
    ),
    entry(
      check.app,
      record.map((problem) => check.record[problem]),
    ),
    entry(
      check.server,
      server.map((problem) => check.servers[problem]),
    ),
  ]
  return html`${summaryList(found, texts)}<p>${verified ? check.beyond : check.operator}</p>`
}
