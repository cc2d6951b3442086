// Behind a proxy that sets Referrer-Policy: no-referrer, Chromium sends "Origin: null" with our own forms: people sign in all the same.
import { createServer, request as forward } from 'node:http'
import t from 'tap'
import { launchChromium, needsChromium } from '../support/chromium.ts'
import { personAt } from '../support/person.ts'
import { testServer } from '../support/server.ts'
import { listen } from '../support/site.ts'

t.setTimeout(120_000)

t.test('signing in and out behind a proxy that holds back the referrer', needsChromium, async (t) => {
  const origins: (string | undefined)[] = []
  let target = ''
  const proxy = createServer((request, response) => {
    const { method, url, headers } = request
    // Of forms; what a script of ours asks for has an origin in any case.
    if (method === 'POST' && headers['sec-fetch-mode'] === 'navigate') origins.push(headers.origin)
    const onward = forward(new URL(url ?? '/', target), { method: method ?? 'GET', headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, { ...answer.headers, 'referrer-policy': 'no-referrer' })
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  })
  const origin = `http://localhost:${await listen(t, proxy)}`
  const { app, log } = await testServer(t, { ISSUER: origin })
  target = await app.listen({ host: '127.0.0.1', port: 0 })

  const phone = await (await launchChromium(t))(t)
  const { visit, signIn, answer, success } = personAt(origin)
  const page = await visit(phone)
  t.match(await answer(page, () => signIn(page)), success, phone.complaints.join())
  const out = await phone.tab()
  await out.goto(`${origin}/logout`)
  await out.getByRole('button', { name: 'Sign out' }).click()
  await out.getByRole('heading', { name: 'You are signed out' }).waitFor()
  t.strictSame(origins, ['null', 'null'], 'that is what the browser sent')

  const elsewhere = createServer((_request, response) =>
    response
      .setHeader('content-type', 'text/html')
      .setHeader('referrer-policy', 'no-referrer')
      .end(`<form method="post" action="${origin}/interaction/logout"><button>Win</button></form>`),
  )
  await out.goto(`http://127.0.0.1:${await listen(t, elsewhere)}/`)
  await out.getByRole('button', { name: 'Win' }).click()
  await out.getByRole('heading', { name: 'That did not work' }).waitFor()
  t.equal(origins.at(-1), 'null', 'another site under the same policy looks the same by its origin')
  const refused = log.filter((line) => line.includes('"event":"form_refused"')).map((line) => JSON.parse(line))
  t.match(refused, [{ reason: 'cross-site', origin: 'null', site: 'cross-site' }])
})
