// Components without a browser: how long ago something was, what comes last, what stands for nothing.
import t from 'tap'
import { field } from '../../src/pages/components/field.ts'
import { problemSummary } from '../../src/pages/components/notice.ts'
import { rows } from '../../src/pages/components/rows.ts'
import { summaryList } from '../../src/pages/components/summary.ts'
import { timeAgo } from '../../src/pages/components/time.ts'
import { DE } from '../../src/pages/locales/de.ts'
import { EN } from '../../src/pages/locales/en.ts'

const THEN = new Date('2026-11-28T08:12:30Z')

t.test('a time is told as people say it, in the largest unit that there is one of', async (t) => {
  const told = (seconds: number, texts: typeof EN) =>
    timeAgo(THEN, new Date(THEN.getTime() + seconds * 1000), texts)
      .toString()
      .replace(/<[^>]*>/g, '')
  for (const [seconds, english, german] of [
    [0, 'just now', 'gerade eben'],
    [59, 'just now', 'gerade eben'],
    [60, '1 minute ago', 'vor 1 Minute'],
    [3599, '59 minutes ago', 'vor 59 Minuten'],
    [2 * 3600, '2 hours ago', 'vor 2 Stunden'],
    [86_400, 'yesterday', 'gestern'],
    [8 * 86_400, 'last week', 'letzte Woche'],
    [70 * 86_400, '2 months ago', 'vor 2 Monaten'],
    [800 * 86_400, '2 years ago', 'vor 2 Jahren'],
    [-30, 'just now', 'gerade eben'],
    [-86_400, 'just now', 'gerade eben'],
  ] as const)
    t.strictSame([told(seconds, EN), told(seconds, DE)], [english, german], `${seconds} s`)
})

t.test('and exactly, for whoever needs it', async (t) => {
  t.equal(
    timeAgo(THEN, THEN, EN).toString(),
    '<time datetime="2026-11-28T08:12:30.000Z" title="November 28, 2026 at 8:12 AM UTC">just now</time>',
  )
  t.match(timeAgo(THEN, THEN, DE).toString(), 'title="28. November 2026 um 08:12 UTC"')
})

t.test('what is used right now comes last and says so', async (t) => {
  const page = rows([{ title: 'one', current: 'This device' }, { title: 'two' }, { title: '<b>' }]).toString()
  t.strictSame(
    [...page.matchAll(/<strong>(.*?)<\/strong>/g)].map(([, title]) => title),
    ['two', '&lt;b&gt;', 'one'],
  )
  t.match(page, '<strong>one</strong> <span class="badge">This device</span>')
})

t.test('what is not there says so, and a screen reader hears what a link changes', async (t) => {
  const page = summaryList([{ key: 'Name', change: { href: '/n' } }], EN).toString()
  t.match(page, '<dd>Not added yet</dd>')
  t.match(page, '<a class="action" href="/n" aria-label="Change: Name">Change</a>')
  t.notMatch(summaryList([{ key: 'Name', value: 'Ada' }], EN).toString(), '<a')
})

t.test('a problem stands above the form and at its field, and nowhere when there is none', async (t) => {
  const problems = [{ field: 'name', text: 'Too <long>.' }]
  t.match(problemSummary(problems, EN)?.toString(), '<a href="#name">Too &lt;long&gt;.</a>')
  t.equal(problemSummary([], EN), undefined)
  const input = (name: string) =>
    field({ kind: 'text', name, label: 'L', maxLength: 9, hint: 'H', problems }).toString()
  t.match(input('name'), 'aria-describedby="name-hint name-problem" aria-invalid="true"')
  t.match(input('name'), '<p class="field-problem" id="name-problem">Too &lt;long&gt;.</p>')
  t.match(input('other'), 'aria-describedby="other-hint">')
  t.notMatch(input('other'), 'field-problem')
})
