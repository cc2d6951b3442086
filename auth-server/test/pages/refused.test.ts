// What the management API refuses, above a form of the portal: a sentence about the field, in the language of the page.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { refusal } from '@mobile-api-gateway/sdk/contract/refusals.ts'
import t, { type Test } from 'tap'
import { HttpProblem } from '../../src/http/problem.ts'
import { requireInput } from '../../src/management/checks.ts'
import { conflict, preconditionFailed, refused } from '../../src/management/refusals.ts'
import { refusedNotice } from '../../src/pages/components/refused.ts'
import { DE } from '../../src/pages/locales/de.ts'
import { EN } from '../../src/pages/locales/en.ts'
import { redirectProblem } from '../../src/portal/applications/redirect-advice.ts'

function refusalOf(body: unknown): HttpProblem {
  try {
    requireInput('applications.update', { params: { client_id: 'shop-app' }, body })
  } catch (error) {
    if (error instanceof HttpProblem) return error
  }
  throw new Error('it was not refused')
}

/** @returns both languages' sentences, as they read */
function said(problem: HttpProblem, member: string) {
  const fields = (label: string, hint: string) => ({ [member]: { field: 'typed', label, hint } })
  const english = String(refusedNotice(problem, EN, fields('Colour', 'Six digits.')))
  const german = String(refusedNotice(problem, DE, fields('Farbe', 'Sechs Ziffern.')))
  return { english, german }
}

function saysNoContract(t: Test, { english, german }: ReturnType<typeof said>): void {
  for (const text of [english, german]) t.notMatch(text, /the body|must (not )?(match|have)/i)
}

t.test('empty, too long and written otherwise: each is said of the field, in both languages', (t) => {
  const rows = [
    [
      { brand_color: 'red' },
      'brand_color',
      'Colour: this is not written as it has to be. Six digits.',
      'Farbe: So wird das nicht geschrieben. Sechs Ziffern.',
    ],
    [{ name: '' }, 'name', 'Colour: this cannot be left empty.', 'Farbe: Das darf nicht leer bleiben.'],
    [{ name: 'x'.repeat(81) }, 'name', 'there is room for 80', 'Platz ist für 80'],
    [{ redirect_uris: ['x'.repeat(2001)] }, 'redirect_uris', 'there is room for 2000', 'Platz ist für 2000'],
  ] as const
  for (const [body, member, english, german] of rows) {
    const found = said(refusalOf(body), member)
    t.match(found.english, `<a href="#typed">`)
    t.match(found.english, english)
    t.match(found.german, german)
    saysNoContract(t, found)
  }
  t.end()
})

t.test('what is refused is said by its reason in the language of the page, with its facts', (t) => {
  const taken = conflict('address_taken')
  t.match(said(taken, 'email').german, 'Zu dieser Adresse gibt es schon ein Konto.')
  t.match(said(taken, 'email').english, 'An account has this address.')
  t.notMatch(said(preconditionFailed(), 'email').german, /since you/)
  const uri = redirectProblem('https://x.example/*', 'native')
  const address = said(refused('invalid_request', uri ?? refusal('redirect_url')), 'redirect_uris')
  t.match(address.german, 'Platzhalter gibt es nicht')
  t.match(address.english, /Wildcards are not supported.*Write something like/s, 'as the page advises')
  const many = said(conflict('too_many_applications', 25), 'name')
  t.match(many.english, 'You own 25 applications')
  t.match(many.german, 'Ihnen gehören 25 Anwendungen')
  t.end()
})

t.test('whatever an operation refuses has a reason', (t) => {
  const folder = join(import.meta.dirname, '../../src/management')
  const nameless = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && readFileSync(join(folder, name), 'utf8').includes('new HttpProblem('))
    .toSorted()
  // What is at no operation's address is refused before there is one.
  t.strictSame(nameless, ['mount.ts', 'refusals.ts'])
  t.end()
})
