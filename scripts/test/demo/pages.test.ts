// The demo's user agent fills in pages as a browser does, and gives the app exactly the redirect that it got.
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import t from 'tap'
import { readForms } from '../../demo/html-form.ts'
import { visit } from '../../demo/user-agent.ts'

const loginPage = `<!doctype html><title>Sign in</title>
<form method="post" action="/login?step=1&amp;x=2"><input type="hidden" name="csrf" value="a&quot;b&amp;c">
<input id="email" name="email" type="email" required value=""><input name="password" type="password"><button type="submit">Sign <b>in</b></button></form>
<form method="post" action="/deny"><button>Cancel</button></form>`
const continuePage =
  '<title>Continue?</title><form method="post" action="/go"><input type="hidden" name="csrf" value="t"><button>Continue</button></form>'

t.test('a form with its address, its hidden fields and its button', async (t) => {
  const [form, deny, ...rest] = readForms(loginPage, 'http://localhost:1/page')
  t.strictSame(rest, [])
  t.equal(form?.action.href, 'http://localhost:1/login?step=1&x=2')
  t.strictSame(
    [...(form?.fields ?? [])],
    [
      ['csrf', 'a"b&c'],
      ['email', ''],
      ['password', ''],
    ],
  )
  t.equal(form?.button, 'Sign in')
  t.strictSame([deny?.button, deny?.fields.size], ['Cancel', 0])
})

/** A server that plays login, then "Continue?", then the redirect to the app. */
async function serve(
  t: { teardown(undo: () => void): void },
  password: string,
): Promise<{ url: string; seen: string[] }> {
  const seen: string[] = []
  const read = async (request: IncomingMessage): Promise<string> => {
    let body = ''
    for await (const chunk of request) body += chunk
    return body
  }
  const server = createServer(async (request, response) => {
    const body = await read(request)
    seen.push(`${request.method} ${request.url} cookie=${request.headers.cookie ?? ''} ${body}`.trim())
    const redirect = (location: string, ...cookies: string[]) =>
      response.writeHead(303, { location, ...(cookies.length > 0 && { 'set-cookie': cookies }) }).end()
    if (request.url === '/start') return redirect('/page', 'a=1; Path=/', 'gone=1')
    if (request.url === '/page') return response.end(loginPage)
    if (request.url === '/go') return redirect('com.example.demo:/callback?code=c&state=s')
    const fits = new URLSearchParams(body).get('password') === password
    return fits ? response.setHeader('set-cookie', 'gone=; Max-Age=0').end(continuePage) : response.end(loginPage)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const address = server.address()
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/start`, seen }
}

const silent = { onPage: () => {}, onSubmit: () => {}, onRedirect: () => {} }

t.test('login, continue, redirect: cookies are kept and dropped, forms sent with what they held', async (t) => {
  const { url, seen } = await serve(t, 'secret')
  const redirect = await visit(url, 'com.example.demo:/callback', { email: 'a@b.c', password: 'secret' }, silent)
  t.equal(redirect, 'com.example.demo:/callback?code=c&state=s')
  t.strictSame(seen, [
    'GET /start cookie=',
    'GET /page cookie=a=1; gone=1',
    'POST /login?step=1&x=2 cookie=a=1; gone=1 csrf=a%22b%26c&email=a%40b.c&password=secret',
    'POST /go cookie=a=1 csrf=t',
  ])
})

t.test('a refused login is an error, not another try', async (t) => {
  const { url } = await serve(t, 'secret')
  const wrong = visit(url, 'com.example.demo:/callback', { email: 'a@b.c', password: 'wrong' }, silent)
  await t.rejects(wrong, { message: 'the login of a@b.c was refused' })
})
