// What the management API refuses, above a form of the portal: a sentence about the field, in the language of the page.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { HttpProblem } from '../../src/http/problem.ts'
import { requireInput } from '../../src/management/checks.ts'
import { refusedNotice } from '../../src/pages/components/refused.ts'
import { DE } from '../../src/pages/locales/de.ts'
import { EN } from '../../src/pages/locales/en.ts'

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

t.test('what the API says of a conflict is said in German, too; what has no words yet is marked as English', (t) => {
  const taken = new HttpProblem('conflict', 'an account has this address', { status: 409 })
  t.match(said(taken, 'email').german, 'Zu dieser Adresse gibt es schon ein Konto.')
  t.match(said(taken, 'email').english, 'An account has this address.')
  const changed = new HttpProblem('precondition_failed', 'it has changed since you read it', { status: 412 })
  t.notMatch(said(changed, 'email').german, /since you/)
  const address = new HttpProblem('invalid_request', 'https://x/*: Wildcards are not supported: in full.', {
    status: 400,
  })
  t.match(said(address, 'redirect_uris').german, 'Platzhalter gibt es nicht')
  const other = new HttpProblem('conflict', 'nobody has heard of it', { status: 409 })
  t.match(said(other, 'email').german, /auf Englisch:.*<div lang="en"><p>Nobody has heard of it\.<\/p>/s)
  t.end()
})

t.test('each sentence that has other words here is one that the server says', (t) => {
  const folders = ['management', 'catalogue'].map((name) => join(import.meta.dirname, '../../src', name))
  const source = folders
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)))
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n')
  for (const { portal } of [EN, DE])
    for (const beginning of Object.keys(portal.refused.sentences)) t.ok(source.includes(beginning), beginning)
  t.end()
})
