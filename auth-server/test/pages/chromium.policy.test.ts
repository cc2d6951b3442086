// The content security policy as Chromium enforces it: forms lead to the app that asked, and nothing else gets in or out.
import { createServer } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { launchChromium, needsChromium, type Phone } from '../support/chromium.ts'
import { personAt } from '../support/person.ts'
import { listen, testSite } from '../support/site.ts'

/** Whether a page complains of this, now or within five seconds. */
async function heard({ complaints }: Phone, words: string): Promise<boolean> {
  const deadline = Date.now() + 5_000
  const found = () => complaints.some((complaint) => complaint.includes(words))
  while (!found() && Date.now() < deadline) await setTimeout(20)
  return found()
}

t.setTimeout(120_000)

t.test('the policy of pages in Chromium', needsChromium, async (t) => {
  const open = await launchChromium(t)
  const site = await testSite(t)
  const { addressOf, visit, arrive, signIn, answer, success } = personAt(site.origin)
  await site.register({ clientId: 'loopback-app', redirectUris: ['http://[::1]/cb', 'http://127.0.0.1/cb'] })

  for (const [client_id, redirect_uri] of [
    ['shop-app', 'https://shop.example.com/app/callback'],
    ['loopback-app', 'http://[::1]:49152/cb'],
  ] as const)
    t.test(`the policy lets the form lead to ${redirect_uri}`, async (t) => {
      const phone = await open(t)
      const page = await visit(phone, { client_id, redirect_uri })
      t.match(await answer(page, () => signIn(page), redirect_uri), success, phone.complaints.join())
    })

  t.test('the policy lets nothing else in: no script, style or image, and no form to elsewhere', async (t) => {
    const phone = await open(t)
    const page = await visit(phone)
    await page.evaluate(() => {
      const add = (tag: string, property: string, value: string) => {
        const element = document.createElement(tag)
        Reflect.set(element, property, value)
        document.body.append(element)
      }
      add('script', 'textContent', 'document.title = "script ran"')
      add('style', 'textContent', 'h1 { display: none }')
      add('img', 'src', 'https://example.com/pixel.png')
    })
    for (const directive of ['script-src-elem', 'style-src-elem', 'img-src'])
      t.ok(await heard(phone, `policy violated: ${directive} `), directive)
    t.equal(await page.title(), 'Sign in')
    await arrive(page, 'Sign in')
    const requests: string[] = []
    page.on('request', (request) => requests.push(request.url()))
    await page.evaluate(() => {
      const form = document.createElement('form')
      form.action = 'https://example.com/steal'
      document.body.append(form)
      form.submit()
    })
    t.ok(await heard(phone, 'policy violated: form-action '))
    t.strictSame(requests, [])
  })

  t.test('a page in a frame of another site stays blank', async (t) => {
    const phone = await open(t)
    const thief = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html')
      response.end(`<iframe src="${addressOf().replaceAll('&', '&amp;')}"></iframe>`)
    })
    const page = await phone.tab()
    await page.goto(`http://127.0.0.1:${await listen(t, thief)}/`)
    t.ok(await heard(phone, 'frame-ancestors'))
    t.equal(await page.frames()[1]?.evaluate(() => document.forms.length), 0)
  })
})
