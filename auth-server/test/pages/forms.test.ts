// A form and the policy of its page: what can be forgotten does not compile, and what leads somewhere says so.
import t from 'tap'
import { FormBinding } from '../../src/http/csrf.ts'
import { button } from '../../src/pages/components/button.ts'
import { form } from '../../src/pages/components/form.ts'
import { contentPolicy } from '../../src/pages/content-policy.ts'
import { Html, html } from '../../src/pages/html.ts'
import { formsOf } from '../support/browser.ts'

const page = { page: 'a-visit', path: '/interaction/a-visit', leadsTo: ['com.example.shop:/callback'] }
const binding = FormBinding.to(['a cookie secret'], 'a browser', page)

// None of these compiles; `npm run check` fails when one does.
void (() => {
  // @ts-expect-error a form without its binding
  form({ action: 'login' }, button('Sign in'))
  // @ts-expect-error a binding that nobody made: what looks like one is none
  form({ action: 'login', binding: { path: '/interaction', leadsTo: [], hidden: {}, inSession: () => binding } })
  // @ts-expect-error a binding without a browser to bind to
  FormBinding.to(['a cookie secret'], page)
  // @ts-expect-error a binding by hand
  new FormBinding(page, {})
  // @ts-expect-error text that is no HTML
  form({ binding, action: 'login' }, '<button>Sign in</button>')
  // @ts-expect-error HTML of a text that came from anywhere
  new Html('<form>', [])
  // @ts-expect-error the same by way of the tag
  html('<form>')
})

t.test('a form posts below its page, with the token of its browser and page, and of its session', async (t) => {
  const [plain] = formsOf(`${form({ binding, action: 'login' }, button('Sign in'))}`)
  t.match(plain, { action: '/interaction/a-visit/login', hidden: { csrf: /^[\w-]{43}$/, session: undefined } })
  const [bound] = formsOf(`${form({ binding: binding.inSession('"1"'), action: 'x' })}`)
  t.strictSame(bound?.hidden, { ...plain?.hidden, session: '"1"' })
  const other = FormBinding.to(['a cookie secret'], 'another browser', page)
  const next = FormBinding.to(['a cookie secret'], 'a browser', { ...page, page: 'another-visit' })
  const tokens = [binding, other, next].map(({ hidden }) => hidden.csrf)
  t.equal(new Set(tokens).size, 3, 'each browser and page has its own')
})

t.test('HTML knows where its forms lead, however deep they are in it', async (t) => {
  const lists = [html`<p>${form({ binding, action: 'a' })}</p>`, html`<p></p>`]
  const elsewhere = FormBinding.to([''], '', {
    ...page,
    leadsTo: ['https://shop.example.com/cb', 'https://idp.example.com'],
  })
  const body = html`<main>${lists}${false}${undefined}${form({ binding: elsewhere, action: 'b' })}</main>`
  t.strictSame(body.needs.formTargets, [
    'self',
    'com.example.shop:/callback',
    'self',
    'https://shop.example.com/cb',
    'https://idp.example.com',
  ])
  t.strictSame(html`<p>${'<form method="post">'}</p>`.needs.formTargets, [])
})

t.test('the policy lets forms lead where those of the page do, once each, and nowhere without one', async (t) => {
  const actionOf = (...formTargets: readonly string[]) =>
    /form-action ([^;]*)/.exec(contentPolicy({ style: "'sha256-x'", images: [], formTargets, runsScript: false }))?.[1]
  t.equal(actionOf(), "'none'")
  t.equal(actionOf('self', 'self'), "'self'")
  t.equal(actionOf('com.example.shop:/cb', 'com.example.shop:/cb', 'self'), "'self' com.example.shop:")
  t.equal(actionOf('https://a.example/cb', 'http://127.0.0.1:4711/cb'), "'self' https: http://127.0.0.1:4711")
})
