// RFC 9116: who finds a weakness is told whom to tell, by those operators who say so.
import t from 'tap'
import { readConfig } from '../../src/config.ts'
import { ISSUER, testServer } from '../support/server.ts'

const PATH = '/.well-known/security.txt'

t.test('the contacts, in their order, with an end within a year, as plain text', async (t) => {
  const { app } = await testServer(t, { SECURITY_CONTACT: 'mailto:security@example.com, https://example.com/report' })
  const answer = await app.inject(PATH)
  t.match(answer, { statusCode: 200, headers: { 'content-type': 'text/plain; charset=utf-8' } })
  const [first, second, expires = '', canonical, ...more] = answer.body.split('\n')
  t.strictSame([first, second], ['Contact: mailto:security@example.com', 'Contact: https://example.com/report'])
  t.match(expires, /^Expires: \d{4}-\d\d-\d\dT00:00:00Z$/)
  const days = (Date.parse(expires.slice('Expires: '.length)) - Date.now()) / 86_400_000
  t.ok(days > 170 && days < 365, `${days}`)
  t.strictSame([canonical, ...more], [`Canonical: ${ISSUER}${PATH}`, ''])
  t.match(await app.inject({ method: 'HEAD', url: PATH }), { statusCode: 200, body: '' })
  t.match(await app.inject({ method: 'POST', url: PATH }), { statusCode: 405, headers: { allow: /GET/ } })
})

t.test('without a contact there is no such file', async (t) => {
  const { app } = await testServer(t)
  t.equal((await app.inject(PATH)).statusCode, 404)
})

t.test('a contact that is no address keeps the server from starting, in a sentence', async (t) => {
  const secret = Buffer.alloc(32, 7).toString('base64url')
  const env = {
    DATABASE_URL: 'postgresql://localhost/auth',
    PASSWORD_PEPPER: secret,
    TOKEN_SECRET: secret,
    COOKIE_SECRET: secret,
    KEY_ENCRYPTION_KEY: secret,
  }
  for (const SECURITY_CONTACT of [
    'security@example.com',
    'http://example.com/report',
    'https://example.com/a\nExpires: never',
    'tel:+1',
  ])
    t.throws(
      () => readConfig({ ...env, SECURITY_CONTACT }),
      { message: /^SECURITY_CONTACT has to be / },
      SECURITY_CONTACT,
    )
})
