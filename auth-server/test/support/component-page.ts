// A page that no server serves: every component in its plain, empty, long and error form, in the account's frame.
import fastify from 'fastify'
import type { Test } from 'tap'
import { FormBinding } from '../../src/http/csrf.ts'
import { accountPage } from '../../src/pages/components/account-page.ts'
import { button, linkButton } from '../../src/pages/components/button.ts'
import { choice } from '../../src/pages/components/choice.ts'
import { dangerForm } from '../../src/pages/components/confirm.ts'
import { field } from '../../src/pages/components/field.ts'
import { form } from '../../src/pages/components/form.ts'
import { note, notice, problemSummary } from '../../src/pages/components/notice.ts'
import { emptyState, rows } from '../../src/pages/components/rows.ts'
import { secretOnce } from '../../src/pages/components/secret.ts'
import { summaryList } from '../../src/pages/components/summary.ts'
import { timeAgo } from '../../src/pages/components/time.ts'
import type { PageContent } from '../../src/pages/frame.ts'
import { html } from '../../src/pages/html.ts'
import type { Texts } from '../../src/pages/locales/en.ts'
import type { OperatorSettings } from '../../src/pages/operator.ts'
import { addPages, sendPage } from '../../src/pages/send-page.ts'

export const LONG_NAME = 'Donaudampfschifffahrtsgesellschaftskapitänsmützen & Söhne <b>Deluxe</b>'
const LONG_ADDRESS = 'maximiliane-henriette.von-und-zu-wolkenstein@abteilung.verwaltung.unternehmensgruppe.example.com'
const NOW = new Date('2026-11-28T08:00:00Z')
const binding = FormBinding.to(['a cookie secret'], 'a browser', { page: 'account', path: '/account', leadsTo: [] })
const PROBLEMS = [
  { field: 'broken', text: 'That is not an e-mail address. Write it like name@example.com.' },
  { field: 'secret', text: 'It has fewer than eight characters.' },
]

export function componentPage(texts: Texts): PageContent {
  const { thisDevice } = texts.account.parts
  const end = (what: string) => form({ binding, action: 'end' }, button('End', 'quiet', what))
  return accountPage(
    {
      frame: { accountName: LONG_ADDRESS, home: '/account', signOut: { binding, action: 'logout' } },
      heading: LONG_NAME,
      back: { label: 'Security', href: '/account/security' },
      notice: html`${notice('good', 'It is saved.')}${notice('warn', 'Look at this.')}${notice('bad', 'It did not work.')}`,
      content: html`<p>One line about this page, which says ${html`<strong>${LONG_NAME}</strong>`}.</p>
${summaryList(
  [
    { key: 'E-mail address', value: LONG_ADDRESS, change: { href: '#a' } },
    { key: 'Name', change: { href: '#b', label: 'Add' } },
    { key: LONG_NAME, value: timeAgo(new Date('2026-11-28T05:00:00Z'), NOW, texts) },
  ],
  texts,
)}
<h2>Rows</h2>
${rows([
  { title: LONG_NAME, detail: html`Orders · ${timeAgo(NOW, NOW, texts)}`, action: end('a'), current: thisDevice },
  { title: 'Shop', href: '#c', detail: LONG_ADDRESS },
  { title: 'Phone', action: end('b') },
])}
<h2>Empty</h2>
${emptyState('No app is signed in.', linkButton('Look for apps', '#d'))}
<h2>Secret</h2>
${secretOnce(['abcd-efgh-ijkl', 'x'.repeat(90)], 'Keep them with your papers.', texts)}
<h2>Form</h2>
${problemSummary(PROBLEMS, texts)}
${form(
  { binding, action: 'save' },
  field({ kind: 'name', name: 'plain', label: 'Name', maxLength: 80, value: LONG_NAME, hint: 'As others read it.' }),
  field({ kind: 'email', name: 'broken', label: 'Address', maxLength: 254, value: 'x', problems: PROBLEMS }),
  field({ kind: 'new password', name: 'secret', label: 'Password', maxLength: 99, hint: 'Long.', problems: PROBLEMS }),
  field({ kind: 'code', name: 'code', label: LONG_NAME, maxLength: 6, isOptional: true }),
  choice({
    name: 'language',
    legend: 'Language',
    chosen: 'de',
    options: [
      { value: '', label: LONG_NAME },
      { value: 'de', label: 'Deutsch', lang: 'de' },
    ],
  }),
  button('Save'),
)}
${note('Something good to know.')}
<h2>Danger</h2>
${dangerForm([LONG_NAME, 'All else'], { binding, action: 'delete', label: `Delete ${LONG_NAME}`, back: '#e' }, texts)}`,
    },
    texts,
  )
}

/** Serves the page on a port of this machine until the test ends; returns its address. */
export async function serveComponentPage(t: Test, operator: Partial<OperatorSettings> = {}): Promise<string> {
  const app = fastify()
  addPages(app, {
    issuer: 'http://localhost:4000',
    operatorName: undefined,
    operatorLogo: undefined,
    operatorHelpUrl: undefined,
    operatorPrivacyUrl: undefined,
    operatorTermsUrl: undefined,
    ...operator,
  })
  app.get('/', (_request, reply) => sendPage(reply, componentPage))
  t.teardown(() => app.close())
  return app.listen({ host: '127.0.0.1', port: 0 })
}
