// What pages are made of, without a browser: the mark's initial, the words of the error page, the size of the stylesheet.
import t from 'tap'
import { initialOf } from '../../src/pages/components/mark.ts'
import { errorPage } from '../../src/pages/error.ts'
import { renderPage } from '../../src/pages/frame.ts'
import { EN } from '../../src/pages/locales/en.ts'

function explain(description: string) {
  return errorPage({ code: 'invalid_request', description })(EN)
}

t.test('the mark shows the first character that a person sees, as a capital', async (t) => {
  for (const [name, initial] of [
    ['Shop', 'S'],
    ['  shop', 'S'],
    ['élan', 'É'],
    ['e\u0301lan', 'E\u0301'],
    ['👩‍🍳 Recipes', '👩‍🍳'],
    ['<b>', '<'],
    ['', ''],
  ] as const)
    t.equal(initialOf(name), initial, name)
})

t.test('an error written for integrators becomes a sentence, and a parameter keeps its spelling', async (t) => {
  for (const [what, sentence] of [
    ['client_id is missing', 'client_id is missing.'],
    ['no application has this client_id', 'No application has this client_id.'],
    ['the server is busy; try again in a few seconds', 'The server is busy; try again in a few seconds.'],
    ['prompt=none cannot be combined', 'prompt=none cannot be combined.'],
    ['This form is not ours.', 'This form is not ours.'],
    ['<b> & "b"', '&lt;b&gt; &amp; &quot;b&quot;.'],
  ] as const)
    t.match(explain(what).body.toString(), `<p>${sentence}</p>`)
})

t.test('the stylesheet stays below 6 KB, and nothing on a page is loaded from anywhere', async (t) => {
  const operator = {
    issuer: 'http://localhost:4000',
    operatorName: undefined,
    operatorLogo: undefined,
    operatorHelpUrl: undefined,
    operatorPrivacyUrl: undefined,
    operatorTermsUrl: undefined,
  }
  const page = renderPage(explain('something'), { language: 'en', texts: EN, operator }).html.toString()
  const [, css = ''] = /<style>(.*)<\/style>/s.exec(page) ?? []
  t.ok(css.length > 0 && Buffer.byteLength(css) < 6 * 1024)
  t.notMatch(page, /<script|<link|<img|@import|url\(|https?:/)
})
