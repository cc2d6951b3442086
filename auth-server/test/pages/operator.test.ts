// Whose pages these are: shown on each of them, as text only, from nowhere that the settings do not name.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { ConfigError, readConfig } from '../../src/config.ts'
import { randomSecret } from '../../src/crypto/random.ts'
import { launchChromium, needsChromium } from '../support/chromium.ts'
import { shortcomingsOf } from '../support/page-facts.ts'
import { personAt } from '../support/person.ts'
import { authorizeUrl, pkcePair } from '../support/phone.ts'
import { testServer } from '../support/server.ts'
import { testSite } from '../support/site.ts'

const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="32"><rect width="120" height="32" rx="6" fill="#123a8c"/></svg>'
const LINKS = {
  OPERATOR_HELP_URL: 'mailto:help@example.com',
  OPERATOR_PRIVACY_URL: 'https://example.com/privacy?a=1&b="x"',
  OPERATOR_TERMS_URL: 'https://example.com/terms',
}

async function pageOf(t: Test, environment: Readonly<Record<string, string>>) {
  const { app } = await testServer(t, environment)
  return app.inject(authorizeUrl(pkcePair().challenge, { redirect_uri: 'com.example.thief:/cb' }))
}
async function logoFile(t: Test, name: string, content: string | Buffer): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'operator-'))
  t.teardown(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, name), content)
  return join(folder, name)
}

t.test('name and links stand at the foot of each page; hostile ones as text', async (t) => {
  const name = `<script>alert(1)</script>"'&`
  const { body, headers } = await pageOf(t, { OPERATOR_NAME: name, ...LINKS })
  t.match(body, '<p>&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;</p>')
  t.notMatch(body, /<script/)
  t.match(body, '<a href="mailto:help@example.com">Help</a>')
  t.match(
    body,
    '<a href="https://example.com/privacy?a=1&amp;b=&quot;x&quot;" target="_blank" rel="noopener">Privacy</a>',
  )
  const capitals = await pageOf(t, { OPERATOR_TERMS_URL: 'HTTPS://EXAMPLE.COM/terms' })
  t.match(capitals.body, '<a href="HTTPS://EXAMPLE.COM/terms" target="_blank"')
  t.match(body, '<a href="https://example.com/terms" target="_blank" rel="noopener">Terms</a>')
  t.notMatch(headers['content-security-policy'], /img-src/)
})

t.test('nothing is shown of an operator of whom nothing is known', async (t) => {
  t.notMatch((await pageOf(t, {})).body, /<footer|<img/)
})

t.test('a logo: from its own origin and no other, or with the page itself', async (t) => {
  const address = 'https://cdn.example.com:8443/logo;v=2,x.svg?"a"'
  const remote = await pageOf(t, { OPERATOR_NAME: 'A & B', OPERATOR_LOGO: address })
  t.match(remote.headers['content-security-policy'], "; img-src https://cdn.example.com:8443; form-action 'none'")
  t.match(remote.body, '<img src="https://cdn.example.com:8443/logo;v=2,x.svg?%22a%22" alt="A &amp; B">')
  const file = await pageOf(t, { OPERATOR_LOGO: await logoFile(t, 'logo.svg', SVG) })
  t.match(file.headers['content-security-policy'], "; img-src data:; form-action 'none'")
  t.match(
    file.body,
    `<img src="data:image/svg+xml;base64,${Buffer.from(SVG).toString('base64')}" alt="localhost:4000">`,
  )
})

t.test('what cannot be shown is said when the server starts, everything at once', async (t) => {
  const secrets = ['PASSWORD_PEPPER', 'TOKEN_SECRET', 'COOKIE_SECRET', 'KEY_ENCRYPTION_KEY']
  const sound = Object.fromEntries(secrets.map((name) => [name, randomSecret()]))
  const problemsOf = (env: Readonly<Record<string, string>>): string => {
    try {
      readConfig({ ...sound, DATABASE_URL: 'postgresql:///db', ...env })
      return 'none'
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      return error.message
    }
  }
  for (const url of [
    'javascript:alert(1)',
    'http://example.com',
    'data:text/html,x',
    '//example.com',
    'x',
    ' ',
    'https://a;script-src.example',
    'https://user:pw@example.com',
    'mailto:x',
    ' https://example.com',
    'https:example.com',
    'https:\t//example.com',
    'https:\\\\example.com',
    'https://example.com/a b',
  ])
    for (const name of [...Object.keys(LINKS), 'OPERATOR_LOGO'])
      t.match(
        problemsOf({ [name]: url }),
        new RegExp(`^${name} has to be an https address`),
        `${name} ${encodeURI(url)}`,
      )
  for (const mail of ['mailto:a%0Abcc:b@example.com', 'mailto:<a>@example.com', 'mailto:a@example.com?bcc=b'])
    t.match(problemsOf({ OPERATOR_HELP_URL: mail }), /^OPERATOR_HELP_URL has to be/, mail)
  t.match(problemsOf({ OPERATOR_PRIVACY_URL: 'mailto:help@example.com' }), /^OPERATOR_PRIVACY_URL has to be/)
  t.match(problemsOf({ OPERATOR_NAME: 'x'.repeat(81) }), /^OPERATOR_NAME has more than 80/)
  for (const name of ['Acme\nBcc: all@example.com', 'Acme\u0007', 'x\u202eemcA', 'x\u2066Acme', '\u200b', 'a\u2028b'])
    t.match(problemsOf({ OPERATOR_NAME: name }), /^OPERATOR_NAME has to be one line/, encodeURI(name))
  t.match(problemsOf({ OPERATOR_LOGO: '/nowhere/logo.png' }), /^OPERATOR_LOGO cannot be read: ENOENT/)
  t.match(problemsOf({ OPERATOR_LOGO: '/etc/passwd' }), /^OPERATOR_LOGO has to be .* file that ends in \.svg/)
  for (const [size, says] of [
    [0, /has 0 bytes/],
    [32_769, /has 32769 bytes/],
    [32_768, /^none$/],
  ] as const)
    t.match(problemsOf({ OPERATOR_LOGO: await logoFile(t, 'logo.png', Buffer.alloc(size)) }), says)
  t.equal(problemsOf({ OPERATOR_NAME: 'x', OPERATOR_TERMS_URL: 'x' }).split('\n').length, 1)
})

t.test('in Chromium the logo is there, and everybody can use the foot of the page', needsChromium, async (t) => {
  const logo = await logoFile(t, 'logo.svg', SVG)
  const { origin } = await testSite(t, { OPERATOR_NAME: 'Acme', OPERATOR_LOGO: logo, ...LINKS })
  const open = await launchChromium(t)
  for (const locale of ['en-US', 'de-DE'] as const) {
    const phone = await open(t, { locale })
    const page = await personAt(origin).visit(phone)
    t.equal(await page.getByRole('img', { name: 'Acme' }).evaluate((image) => Reflect.get(image, 'naturalWidth')), 120)
    t.equal(await page.getByRole('contentinfo').getByRole('link').count(), 3)
    for (const colorScheme of ['light', 'dark'] as const)
      for (const width of [320, 390, 1280]) {
        await page.emulateMedia({ colorScheme })
        await page.setViewportSize({ width, height: 844 })
        t.strictSame(await page.evaluate(shortcomingsOf, locale.slice(0, 2)), [], `${locale} ${colorScheme} ${width}`)
      }
    if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/operator-${locale}.png` })
    t.strictSame(phone.complaints, [])
  }
})
