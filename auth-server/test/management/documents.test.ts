// What others read of the contract: the OpenAPI document and the page say what the table says.
import { OPERATIONS } from '@mobile-api-gateway/sdk/contract/index.ts'
import t from 'tap'
import { violationsOf } from '../support/axe.ts'
import { launchChromium, needsChromium } from '../support/chromium.ts'
import { machine } from '../support/management.ts'
import { testSite } from '../support/site.ts'

const site = await testSite(t)

t.test('the OpenAPI document has every operation, for anybody, and declares what each can answer', async (t) => {
  const { statusCode, headers, ...response } = await site.app.inject('/management/v1/openapi.json')
  t.equal(statusCode, 200)
  t.match(headers['content-type'], /^application\/json/)
  const document = response.json()
  t.match(document, { openapi: '3.1.0', servers: [{ url: `${site.config.issuer}/management/v1` }] })
  for (const [id, { method, path, scope }] of Object.entries(OPERATIONS))
    t.match(document.paths[path][method.toLowerCase()], { operationId: id, security: [{ machine: [scope] }] }, id)
  t.equal((await site.app.inject({ method: 'POST', url: '/management/v1/openapi.json' })).statusCode, 405)
})

t.test('the page tells every operation, in the words of the contract', async (t) => {
  for (const [locale, title] of [
    ['en', 'Management API'],
    ['de', 'Verwaltungs-API'],
  ] as const) {
    const { statusCode, body } = await site.app.inject(`/management/v1/docs?ui_locales=${locale}`)
    t.equal(statusCode, 200)
    t.match(body, `<h1>${title}</h1>`)
    for (const [id, { method, path, summary }] of Object.entries(OPERATIONS)) {
      t.match(body, `id="${id}"`)
      t.match(body, `<code>${method} ${path}</code>`)
      t.match(body, summary)
    }
  }
})

t.test('the page on a phone: nothing to the side, axe finds nothing', needsChromium, async (t) => {
  const open = await launchChromium(t)
  const phone = await open(t)
  const page = await phone.tab()
  await page.goto(`${site.origin}/management/v1/docs`)
  await page.locator('#applications\\.create summary').click()
  t.strictSame(await violationsOf(page), [])
  t.equal(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), true)
  if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/reference.png` })
  t.strictSame(phone.complaints, [])
})

t.test('the token that a client gets is one for this API', async (t) => {
  const { ask } = await machine(site)
  t.equal((await ask('GET', '/keys')).statusCode, 200)
})
