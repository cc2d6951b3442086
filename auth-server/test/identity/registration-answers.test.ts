// What an answer to a registration form is worth when the form has changed since: nothing that could not be given today.
import type { RegistrationField } from '@mobile-api-gateway/sdk/contract/registration-form.ts'
import t from 'tap'
import { claimValue, isAsked, isAtLeast, readAnswer } from '../../src/identity/registration-answers.ts'
import type { Answers } from '../../src/store/tables/registrations.ts'

type Changed = Partial<RegistrationField> & Pick<RegistrationField, 'type'>

const label = { en: 'x' }
const options = ['a', 'b'].map((value) => ({ value, label }))
const optional = { required: false }

const STANDS: readonly (readonly [Changed, Answers[string]])[] = [
  [{ type: 'text' }, 'Chess club'],
  [{ type: 'text', max: 5 }, 'Chess'],
  [{ type: 'email' }, 'Ada@Example.com'],
  [{ type: 'phone' }, '+442079460958'],
  [{ type: 'country' }, 'GB'],
  [{ type: 'date' }, '1815-12-10'],
  [{ type: 'choice', options }, 'a'],
  [{ type: 'choices', options }, ['a', 'b']],
  [{ type: 'choices', options, ...optional }, []],
  [{ type: 'number', min: 1, max: 9 }, 9],
  [{ type: 'checkbox' }, true],
  [{ type: 'checkbox', ...optional }, false],
  [{ type: 'terms', version: '1' }, '1'],
]

const FALLS: readonly (readonly [Changed, Answers[string]])[] = [
  [{ type: 'text', max: 4 }, 'Chess'],
  [{ type: 'text' }, 9],
  [{ type: 'text' }, true],
  [{ type: 'text' }, ['a']],
  [{ type: 'email' }, 'Chess'],
  [{ type: 'phone' }, 'Chess'],
  [{ type: 'country' }, 'Chess'],
  [{ type: 'date' }, '1815-13-10'],
  [{ type: 'choice', options }, 'admin'],
  [{ type: 'choice', options }, ['a']],
  [{ type: 'choices', options }, 'a'],
  [{ type: 'choices', options }, []],
  [{ type: 'choices', options }, ['admin']],
  [{ type: 'number', min: 1, max: 9 }, 10],
  [{ type: 'number' }, '9'],
  [{ type: 'checkbox' }, false],
  [{ type: 'checkbox' }, 'yes'],
  [{ type: 'terms', version: '2' }, '1'],
  [{ type: 'age-at-least', age: 18 }, '16'],
  [{ type: 'age-at-least', age: 18 }, false],
  [{ type: 'age-at-least', age: 18 }, true],
  [{ type: 'text', claim: 'nickname' }, 'Chess'],
  [{ type: 'text', claim: 'nickname' }, false],
]

t.test('an answer that could be given today stands, and is told as it is', (t) => {
  for (const [field, x] of STANDS) {
    const now = { name: 'x', label, ...field }
    t.notOk(isAsked({ fields: [now] }, { x }), JSON.stringify([field, x]))
    t.strictSame(claimValue(now, { x }), x)
  }
  t.end()
})

t.test('one that could not is asked again, and told to nobody', (t) => {
  for (const [field, x] of FALLS) {
    const now = { name: 'x', label, ...field }
    t.ok(isAsked({ fields: [now] }, { x }), JSON.stringify([field, x]))
    t.equal(claimValue(now, { x }), undefined, JSON.stringify([field, x]))
  }
  t.end()
})

t.test('of choices, those that are no option any more are not told; an age is told as yes or no', (t) => {
  const age = { name: 'x', label, type: 'age-at-least', age: 18 } as const
  t.strictSame(claimValue({ name: 'x', label, type: 'choices', options }, { x: ['a', 'admin'] }), ['a'])
  t.equal(claimValue(age, { x: '18' }), true)
  t.equal(claimValue({ ...age, required: false }, { x: false }), false)
  t.equal(claimValue(age, {}), undefined)
  t.end()
})

t.test('an age is reached on the birthday, and of 29 February on 1 March where there is none', (t) => {
  for (const [born, age, day, before] of [
    ['2008-11-29', 18, '2026-11-29', '2026-11-28'],
    ['2008-02-29', 18, '2026-03-01', '2026-02-28'],
    ['2008-02-29', 20, '2028-02-29', '2028-02-28'],
    ['2008-02-28', 18, '2026-02-28', '2026-02-27'],
    ['2008-03-01', 20, '2028-03-01', '2028-02-29'],
    ['2008-12-31', 18, '2026-12-31', '2026-12-30'],
    ['2009-01-01', 18, '2027-01-01', '2026-12-31'],
    // 2000 has a leap day, 1900 had none.
    ['2000-02-29', 100, '2100-03-01', '2100-02-28'],
  ] as const) {
    t.ok(isAtLeast(born, age, day), `${born} ${day}`)
    t.notOk(isAtLeast(born, age, before), `${born} ${before}`)
  }
  const adult = { name: 'adult', label, type: 'age-at-least', age: 18 } as const
  const typed = (text: string) =>
    readAnswer(adult, (name) => (name === 'answer.adult' ? text : undefined), '2026-11-29')
  for (const text of ['2007-02-29', '1900-02-29', '2008-02-30', '2008-2-29', '29.02.2008', '9999-12-31', '1869-12-31'])
    t.strictSame(typed(text), { problem: 'wrong' }, text)
  t.strictSame(typed('2008-02-29'), { answer: '18' })
  t.strictSame(typed('2026-11-29'), { problem: 'young' }, 'whoever is born today')
  t.end()
})

t.test('a field may be called as what every object has, and is asked and told as any other', (t) => {
  const field = { name: 'constructor', label, type: 'text', claim: 'builder' } as const
  t.ok(isAsked({ fields: [field] }, {}))
  t.equal(claimValue(field, {}), undefined)
  t.equal(claimValue(field, { constructor: 'Ada' }), 'Ada')
  t.end()
})
