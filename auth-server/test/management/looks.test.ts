// How an application looks where people decide: its name and who vouches for it, its logo, its colour, its links.
import sharp from 'sharp'
import t from 'tap'
import { contrast, readable } from '../../src/pages/brand-color.ts'
import { Browser } from '../support/browser.ts'
import { machine } from '../support/management.ts'
import { authorizeUrl, logIn, pkcePair } from '../support/phone.ts'
import { inRole } from '../support/portal-actor.ts'
import { testServer } from '../support/server.ts'

const server = await testServer(t)
const { app, register } = server
const { ask } = await machine(server)
const ANY = { 'if-match': '*' }

async function signInPage(clientId: string, redirectUri = 'com.example.shop:/callback') {
  const { challenge } = pkcePair()
  const browser = new Browser(app)
  return {
    browser,
    page: await browser.open(authorizeUrl(challenge, { client_id: clientId, redirect_uri: redirectUri })),
  }
}

function noise(side: number) {
  const create = {
    width: side,
    height: side,
    channels: 3,
    background: 'red',
    noise: { type: 'gaussian', mean: 128, sigma: 60 },
  } as const
  return sharp({ create })
}

function upload(clientId: string, image: Buffer) {
  return ask('PUT', `/applications/${clientId}/logo`, { body: { image: image.toString('base64') } })
}

t.test('app name with RTL override, zero width, 5 000 characters: refused where it is written', async (t) => {
  const names = [
    'Shop\u202e',
    'Sh\u200bop',
    'Sh\u00adop',
    'Goo\u200dgle',
    'Shop\ufeff',
    '\u3164',
    'x'.repeat(5000),
    `a${'\u0301'.repeat(6)}`,
  ]
  for (const name of names) {
    const refused = await ask('POST', '/applications', { body: { name, kind: 'native' } })
    t.equal(refused.statusCode, 400, JSON.stringify(name.slice(0, 10)))
    t.equal((await ask('PATCH', '/applications/shop-app', { body: { name }, headers: ANY })).statusCode, 400)
  }
  for (const name of ['Café', 'فروشگاه', 'می\u200cخواهم', 'हिन्दी', '👩\u200d💻 Shop', 'Ünï'])
    t.equal((await ask('POST', '/applications', { body: { name, kind: 'native' } })).statusCode, 201, name)
})

t.test(
  'app name "Google": shown with its host until an administrator vouches for it; another name needs that anew',
  async (t) => {
    await register({ clientId: 'lookalike', redirectUris: ['https://evil.example.com/cb'] }, { trusted: false })
    const path = '/applications/lookalike'
    t.match((await ask('PATCH', path, { body: { name: 'Google' }, headers: ANY })).json(), { name_verified: false })
    const { browser, page } = await signInPage('lookalike', 'https://evil.example.com/cb')
    t.match(page.body, 'Google (evil.example.com)')
    const consent = await logIn(browser, page)
    t.match(consent.body, /<h1>[^<]*Google \(evil\.example\.com\)/)
    const read = (await ask('GET', path)).json()
    t.equal((await ask('PUT', `${path}/verified-name`, { body: { name: 'Gogle' } })).statusCode, 409)
    const verified = await ask('PUT', `${path}/verified-name`, { body: { name: 'Google' } })
    t.strictSame(verified.json(), { ...read, name_verified: true })
    t.notMatch((await signInPage('lookalike', 'https://evil.example.com/cb')).page.body, 'Google (')
    await ask('PATCH', path, { body: { brand_color: '#123456' }, headers: ANY })
    t.equal((await ask('GET', path)).json().name_verified, true, 'another colour takes nothing away')
    t.equal((await ask('PATCH', path, { body: { name: 'Goggles' }, headers: ANY })).json().name_verified, false)
    t.match((await signInPage('lookalike', 'https://evil.example.com/cb')).page.body, 'Goggles (evil.example.com)')
    await ask('PUT', `${path}/verified-name`, { body: { name: 'Goggles' } })
    t.equal((await ask('DELETE', `${path}/verified-name`)).statusCode, 204)
    t.equal((await ask('GET', path)).json().name_verified, false)
    const events = (await ask('GET', '/audit', { query: { type: 'application' } })).body
    t.match(events, 'name-verified')
    t.match(events, 'name-unverified')
  },
)

t.test(
  'a name that runs from right to left is kept to itself; of an app’s own scheme the scheme is shown',
  async (t) => {
    await register({ clientId: 'rtl', redirectUris: ['com.example.rtl:/callback'] })
    await ask('PATCH', '/applications/rtl', { body: { name: 'חנות' }, headers: ANY })
    const { page } = await signInPage('rtl', 'com.example.rtl:/callback')
    t.match(page.body, '\u2068חנות\u2069 (com.example.rtl)')
  },
)

t.test('logo and colour of a name that nobody vouches for are shown to nobody who decides', async (t) => {
  await register({ clientId: 'disguised', redirectUris: ['https://disguised.example.com/cb'] })
  const path = '/applications/disguised'
  await ask('PATCH', path, { body: { name: 'Big Bank', brand_color: '#123456' }, headers: ANY })
  const { logo_path: logo } = (await upload('disguised', await noise(16).png().toBuffer())).json()
  const shown = async () => (await signInPage('disguised', 'https://disguised.example.com/cb')).page.body
  const before = await shown()
  t.notMatch(before, logo)
  t.notMatch(before, readable('#123456', 'light'))
  t.match(before, /<div class="mark" aria-hidden="true">B</)
  t.equal((await ask('PUT', `${path}/verified-name`, { body: { name: 'Big Bank' } })).statusCode, 200)
  const after = await shown()
  t.match(after, `<img class="mark logo" src="${logo}" alt="">`)
  t.match(after, readable('#123456', 'light'))
})

t.test(
  'an unverified name stands with its host on the pages of signing out, of what is over and of the account',
  async (t) => {
    await register({ clientId: 'named', redirectUris: ['https://one.example.com/cb', 'https://two.example.com/cb'] })
    const path = '/applications/named'
    const wanted = { name: 'Big Shop', policy_uri: 'https://one.example.com/privacy' }
    await ask('PATCH', path, { body: wanted, headers: ANY })
    const { browser, page } = await signInPage('named', 'https://two.example.com/cb')
    t.match(page.body, /<p class="note links">[^<]*Big Shop \(two\.example\.com\)/, 'beside the links')
    const code = /[?&]code=([^&]+)/.exec(String((await logIn(browser, page)).headers.location))?.[1]
    t.ok(code)
    const both = 'Big Shop (one.example.com, two.example.com)'
    t.match((await browser.open('/account/activity')).body, both)
    t.match((await browser.open('/logout?client_id=named')).body, both)
    const verified = await ask('PUT', `${path}/verified-name`, { body: { name: 'Big Shop' } })
    t.equal(verified.statusCode, 200)
    for (const place of ['/account/activity', '/logout?client_id=named']) {
      const { body } = await browser.open(place)
      t.match(body, 'Big Shop')
      t.notMatch(body, 'Big Shop (', place)
    }
  },
)

t.test('a developer vouches for no name', async (t) => {
  const developer = await inRole(server, 'dev@example.com', { role: 'developer' })
  const answer = await developer.ask('applications.verify_name', {
    params: { client_id: 'shop-app' },
    body: { name: 'Shop' },
  })
  t.match(String(answer.status), /^40[34]$/)
})

t.test('a logo is encoded anew, small, and served from our own origin as an image and nothing else', async (t) => {
  const big = await noise(1200)
    .withExif({ IFD0: { Copyright: 'hidden words' } })
    .jpeg()
    .toBuffer()
  const set = await upload('shop-app', big)
  t.equal(set.statusCode, 200, set.body)
  const { logo_path: path } = set.json()
  t.match(path, /^\/logos\/[\w-]{43}\.webp$/)
  const logo = await app.inject({ url: path })
  t.match(logo.headers, {
    'content-type': 'image/webp',
    'x-content-type-options': 'nosniff',
    'cache-control': 'public, max-age=31536000, immutable',
    'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
  })
  const { format, width, height, exif } = await sharp(logo.rawPayload).metadata()
  t.strictSame({ format, width, height, exif }, { format: 'webp', width: 512, height: 512, exif: undefined })
  t.ok(logo.rawPayload.length <= 100 * 1024)
  const { page } = await signInPage('shop-app')
  t.match(page.body, `<img class="mark logo" src="${path}" alt="">`)
  t.match(String(page.headers['content-security-policy']), "img-src 'self'")
  await upload('shop-app', await noise(16).png().toBuffer())
  t.equal((await app.inject({ url: path })).statusCode, 404, 'the one before is gone')
  t.equal((await ask('DELETE', '/applications/shop-app/logo')).statusCode, 204)
  t.equal((await ask('GET', '/applications/shop-app')).json().logo_path, null)
  t.notMatch((await signInPage('shop-app')).page.body, '<img')
  for (const odd of ['/logos/x.webp', `/logos/${'A'.repeat(43)}.webp`, '/logos/%00.webp'])
    t.equal((await app.inject({ url: odd })).statusCode, 404, odd)
})

t.test('logo: SVG, 50 MB, polyglot, bomb, animated: re-encoded raster or refused', async (t) => {
  const png = await noise(32).png().toBuffer()
  const svg = Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>',
  )
  const bomb = await sharp({ create: { width: 4200, height: 4200, channels: 3, background: 'red' } })
    .png({ compressionLevel: 9 })
    .toBuffer()
  t.ok(bomb.length < 1024 * 1024, 'the bomb is small on the wire')
  const refused = {
    svg,
    'svg behind a PNG’s beginning': Buffer.concat([png.subarray(0, 8), svg]),
    gif: await noise(32).gif().toBuffer(),
    tiff: await noise(32).tiff().toBuffer(),
    'cut off': png.subarray(0, png.length - 200),
    bomb,
    text: Buffer.from('no image at all'),
  }
  for (const [kind, file] of Object.entries(refused)) {
    const answer = await upload('shop-app', file)
    t.equal(answer.statusCode, 400, kind)
    t.match(answer.json().detail, /PNG, JPEG or WebP/, kind)
  }
  const huge = await ask('PUT', '/applications/shop-app/logo', { body: { image: 'A'.repeat(1_400_004) } })
  t.equal(huge.statusCode, 400)
  t.equal(
    (await ask('PUT', '/applications/shop-app/logo', { body: { image: 'A'.repeat(50_000_000) } })).statusCode,
    413,
  )
  t.equal(
    (await ask('PUT', '/applications/shop-app/logo', { body: { url: 'http://169.254.169.254/' } })).statusCode,
    400,
  )
  const polyglot = await upload('shop-app', Buffer.concat([png, Buffer.from('<script>alert(1)</script>')]))
  t.equal(polyglot.statusCode, 200, 'what follows an image')
  const served = await app.inject({ url: polyglot.json().logo_path })
  t.notMatch(served.rawPayload.toString('latin1'), 'script')
  const frames = await Promise.all([noise(8).png().toBuffer(), noise(8).negate().png().toBuffer()])
  const animated = await sharp(frames, { join: { animated: true } })
    .webp({ delay: [100, 100] })
    .toBuffer()
  t.equal((await sharp(animated, { animated: true }).metadata()).pages, 2)
  const still = await upload('shop-app', animated)
  const shown = await app.inject({ url: still.json().logo_path })
  t.equal((await sharp(shown.rawPayload, { animated: true }).metadata()).pages ?? 1, 1)
})

t.test('a colour is corrected until all that stands on it or under it can be read', async (t) => {
  for (const color of ['#ffff00', '#000000', '#ffffff', '#ff0000', '#777777', '#1b56d6', '#00ff88']) {
    for (const ground of ['#ffffff', '#eef1f5', '#e4ecfd'])
      t.ok(contrast(readable(color, 'light'), ground) >= 4.5, color)
    for (const ground of ['#1c1f24', '#111316', '#26334d', '#0b1220'])
      t.ok(contrast(readable(color, 'dark'), ground) >= 4.5, color)
  }
  t.equal(readable('#1b56d6', 'light'), '#1b56d6', 'one that can be read stays')
  await ask('PATCH', '/applications/shop-app', { body: { brand_color: '#ffff00' }, headers: ANY })
  const { page } = await signInPage('shop-app')
  t.match(page.body, `<style>:root{--accent:${readable('#ffff00', 'light')};`)
  t.equal(String(page.headers['content-security-policy']).match(/'sha256-/g)?.length, 2, 'and the policy lets it in')
  t.equal(
    (await ask('PATCH', '/applications/shop-app', { body: { brand_color: 'red;}*{' }, headers: ANY })).statusCode,
    400,
  )
})

t.test('links of the developers are https, and stand on the pages where people decide', async (t) => {
  const bad = [
    { policy_uri: 'http://shop.example.com/privacy' },
    { policy_uri: 'javascript:alert(1)' },
    { tos_uri: 'https://user:pw@shop.example.com/' },
    { tos_uri: 'https://shop.example.com/"onclick="x' },
    { support_contact: 'javascript:alert(1)' },
    { support_contact: 'help@shop.example.com?bcc=x@example.com' },
    { support_contact: 'not an address' },
  ]
  for (const body of bad)
    t.equal(
      (await ask('PATCH', '/applications/shop-app', { body, headers: ANY })).statusCode,
      400,
      JSON.stringify(body),
    )
  const good = {
    policy_uri: 'https://shop.example.com/privacy',
    tos_uri: 'https://shop.example.com/terms?a=1&b=2',
    support_contact: 'help@shop.example.com',
  }
  t.match((await ask('PATCH', '/applications/shop-app', { body: good, headers: ANY })).json(), good)
  const { page } = await signInPage('shop-app')
  t.match(page.body, 'href="https://shop.example.com/privacy"')
  t.match(page.body, 'href="https://shop.example.com/terms?a=1&amp;b=2"')
  t.match(page.body, 'href="mailto:help@shop.example.com"')
  const none = { policy_uri: null, tos_uri: null, support_contact: null, brand_color: null }
  t.match((await ask('PATCH', '/applications/shop-app', { body: none, headers: ANY })).json(), none)
})

t.test('a logo that is sent again under its Idempotency-Key is answered as before, whatever has changed', async (t) => {
  const root = await inRole(server, 'keyed@example.com', { role: 'administrator' })
  const { body: app } = await root.ask('applications.create', { body: { name: 'Keyed', kind: 'native' } })
  const params = { client_id: String(Object(app).client_id) }
  const image = (await noise(64).png().toBuffer()).toString('base64')
  const send = (sent: string) =>
    root.ask('applications.set_logo', { params, body: { image: sent }, ifMatch: '*', idempotencyKey: 'one-logo' })
  const first = await send(image)
  t.equal(first.status, 200)
  t.equal((await root.ask('applications.delete', { params, ifMatch: '*' })).status, 204)
  t.strictSame(await send(image), first)
  t.equal((await send('AAAA')).status, 422)
})
