// What an answer to a registration form is worth when the form has changed since: nothing that could not be given today.
import type { RegistrationField } from '@mobile-api-gateway/sdk/contract/registration-form.ts'
import t from 'tap'
import { claimValue, isAsked } from '../../src/identity/registration-answers.ts'
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
