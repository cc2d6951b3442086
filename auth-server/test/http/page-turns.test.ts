// However many pages are asked for at once, whoever wants something else is answered between them.
import t from 'tap'
import { MAX_PAGES_WAITING } from '../../src/http/page-turns.ts'
import { authorizeUrl, obtainTokens, pkcePair, refresh } from '../support/phone.ts'
import { testServer } from '../support/server.ts'

t.test(
  'two hundred sign-ins begin at once, and a refresh that comes then is answered before most of them',
  async (t) => {
    const { app } = await testServer(t, { VISITS_PER_MINUTE: '0' })
    const { refresh_token } = await obtainTokens(app)
    const order: string[] = []
    const pages = Array.from({ length: 200 }, async () => {
      const { statusCode } = await app.inject(authorizeUrl(pkcePair().challenge))
      order.push(`page ${statusCode}`)
    })
    const { statusCode } = await refresh(app, refresh_token)
    order.push(`refresh ${statusCode}`)
    await Promise.all(pages)
    t.equal(order.filter((each) => each === 'page 303').length, 200)
    t.ok(order.indexOf('refresh 200') < 50, `after ${order.indexOf('refresh 200')} pages`)
  },
)

t.test('beyond the bound pages are answered with 503, what is no page never is, and it passes', async (t) => {
  const { app } = await testServer(t)
  const ask = (url: string) => app.inject({ url, headers: { accept: 'text/html' } })
  const answers = await Promise.all(Array.from({ length: MAX_PAGES_WAITING + 50 }, () => ask('/interaction/logout')))
  const refused = answers.filter(({ statusCode }) => statusCode === 503)
  t.ok(refused.length > 0 && refused.length <= 50, `${refused.length}`)
  t.equal(answers.filter(({ statusCode }) => statusCode === 200).length, answers.length - refused.length)
  t.equal(refused[0]?.headers['retry-after'], '5')
  t.match(refused[0]?.headers, { 'content-type': /^text\/html/, 'x-frame-options': 'DENY' })
  const documents = await Promise.all(Array.from({ length: MAX_PAGES_WAITING + 50 }, () => ask('/jwks')))
  t.ok(documents.every(({ statusCode }) => statusCode === 200))
  t.equal((await ask('/interaction/logout')).statusCode, 200)
})
