// RFC 8252 §7, §8.4 and RFC 9700 §2.1, §4.1.3: which redirect URIs may be registered, and what counts as a match.

import t from 'tap'
import { InvalidApplication, registerApplication } from '../../../src/catalogue/applications.ts'
import { type RedirectKind, redirectKind, redirectUriProblem } from '../../../src/catalogue/redirect-uri.ts'
import { OPERATOR } from '../../../src/identity/administration/authority.ts'
import { expectErrorPage, expectRefusal } from '../../support/expect.ts'
import { authorizeUrl, pkcePair } from '../../support/phone.ts'
import { APP, ISSUER, testServer } from '../../support/server.ts'

const { app, db, register } = await testServer(t)
const { challenge } = pkcePair()

const NATIVE = [
  'com.example.app:/callback',
  'https://app.example.com/callback',
  'https://app.example.com/with?query=1',
  'http://127.0.0.1/callback',
  'http://[::1]/callback',
]
await register({ clientId: 'native-app', redirectUris: NATIVE })
await register({ clientId: 'web-app', kind: 'web', redirectUris: ['https://web.example.com/cb'] })
// Straight into the table: no registration would let a web application have this.
await db
  .updateTable('applications')
  .set({ redirect_uris: ['http://127.0.0.1/cb'] })
  .where('client_id', '=', 'web-app')
  .execute()

function ask(redirect_uri: string, client_id = 'native-app') {
  return app.inject(authorizeUrl(challenge, { client_id, redirect_uri, prompt: 'none' }))
}

t.test('a redirect URI that is registered gets the answer', async (t) => {
  const rows = [
    ...NATIVE,
    'http://127.0.0.1:1/callback',
    'http://127.0.0.1:51004/callback',
    'http://127.0.0.1:65535/callback',
    'http://[::1]:51004/callback',
  ]
  for (const uri of rows)
    await t.test(uri, async (t) => {
      const { headers, statusCode } = await ask(uri)
      t.equal(statusCode, 303)
      t.ok(headers.location?.startsWith(`${uri}${uri.includes('?') ? '&' : '?'}error=login_required&`))
    })
})

t.test('everything else is a page, byte for byte', async (t) => {
  const rows = [
    // https
    'https://app.example.com/callback/',
    'https://app.example.com/callback2',
    'https://app.example.com/callbac',
    'https://app.example.com/',
    'https://app.example.com',
    'https://app.example.com//callback',
    'https://app.example.com/./callback',
    'https://app.example.com/x/../callback',
    'https://app.example.com/%2e%2e/callback',
    'https://app.example.com/callback/..',
    'https://app.example.com/callbac%6b',
    'https://app.example.com/callback?next=https://evil.example',
    'https://app.example.com/callback?',
    'https://app.example.com/callback#fragment',
    'https://app.example.com/callback#',
    'https://app.example.com/callback;x=1',
    'https://app.example.com/Callback',
    'https://APP.example.com/callback',
    'HTTPS://app.example.com/callback',
    'http://app.example.com/callback',
    'https://app.example.com:443/callback',
    'https://app.example.com:8443/callback',
    'https://app.example.com./callback',
    'https://evil.app.example.com/callback',
    'https://app.example.com.evil.example/callback',
    'https://app.example.com@evil.example/callback',
    'https://good@app.example.com/callback',
    'https://app.example.com\\@evil.example/callback',
    'https:\\\\app.example.com\\callback',
    'https:app.example.com/callback',
    '//app.example.com/callback',
    '/callback',
    ' https://app.example.com/callback',
    'https://app.example.com/callback ',
    'https://app.example.com/call\tback',
    'https://app.example.com/callback\r\nSet-Cookie: a=b',
    'https://аpp.example.com/callback', // a Cyrillic а
    'https://xn--pp-7iba.example.com/callback',
    'https://app.example.com/with',
    'https://app.example.com/with?query=1&more=2',
    'https://app.example.com/with?query=2',
    'https://*.example.com/callback',
    // private-use schemes
    'com.example.app:/callback/',
    'com.example.app:/Callback',
    'com.example.app://callback',
    'com.example.app:callback',
    'com.example.app:',
    'COM.example.app:/callback',
    'com.example.app2:/callback',
    'com.example:/callback',
    'com.example.app:/callback?x=1',
    'javascript:alert(1)',
    'data:text/html,hello',
    // loopback
    'http://127.0.0.1:51004/callback/',
    'http://127.0.0.1:51004/other',
    'http://127.0.0.1:51004/callback?x=1',
    'http://127.0.0.1:51004/callback#x',
    'https://127.0.0.1:51004/callback',
    'http://127.1:51004/callback',
    'http://127.0.0.2:51004/callback',
    'http://0x7f000001/callback',
    'http://0x7f.0.0.1/callback',
    'http://2130706433/callback',
    'http://0177.0.0.1/callback',
    'http://127.0.0.1./callback',
    'http://127.0.0.1.evil.example/callback',
    'http://[::ffff:127.0.0.1]/callback',
    'http://[0:0:0:0:0:0:0:1]/callback',
    'http://[::1%25lo]/callback',
    'http://localhost/callback',
    'http://localhost:51004/callback',
    'http://LOCALHOST/callback',
    'http://0.0.0.0/callback',
    'http://127.0.0.1:0/callback',
    'http://127.0.0.1:00080/callback',
    'http://127.0.0.1:65536/callback',
    'http://127.0.0.1:99999999/callback',
    'http://127.0.0.1:/callback',
    'http://127.0.0.1:80:80/callback',
    'http://127.0.0.1:80@evil.example/callback',
    'http://user@127.0.0.1/callback',
    'http://127.0.0.1:+80/callback',
    'http://127.0.0.1:８０/callback',
    'http://127.0.0.1\\@evil.example/callback',
  ]
  for (const uri of rows)
    await t.test(JSON.stringify(uri), async (t) =>
      expectErrorPage(t, await ask(uri), 400, /redirect_uri is not registered/),
    )
})

t.test('any port on loopback is for native apps only', async (t) => {
  expectErrorPage(t, await ask('http://127.0.0.1:51004/cb', 'web-app'), 400, /redirect_uri is not registered/)
})

t.test('what may not be registered is refused with a sentence that says what to write instead', async (t) => {
  const rows: [string, RegExp][] = [
    ['https://app.example.com/cb#fragment', /no fragment/],
    ['https://app.example.com/cb?code=1', /no code in its query/],
    ['com.example.app:/cb?next=1&st%61te=x', /no state in its query/],
    ['http://127.0.0.1/cb?iss=x', /no iss in its query/],
    ['https://*.example.com/cb', /Wildcards/],
    ['https://app.example.com/*', /Wildcards/],
    ['https://user:secret@app.example.com/cb', /no user information/],
    ['https://good.example@evil.example/cb', /no user information/],
    ['https://APP.example.com/cb', /normal form: https:\/\/app\.example\.com\/cb/],
    ['HTTPS://app.example.com/cb', /normal form/],
    ['https://app.example.com:443/cb', /normal form/],
    ['https://app.example.com/a/../cb', /normal form/],
    ['https://app.example.com/%2e%2e/cb', /normal form/],
    ['https:/app.example.com/cb', /normal form/],
    ['https:app.example.com/cb', /normal form/],
    ['https://0x7f000001/cb', /normal form/],
    ['https://', /not a URL/],
    ['https://app.example.com\\cb', /ASCII characters/],
    ['https://app.example.com/a b', /ASCII characters/],
    ['https://аpp.example.com/cb', /ASCII characters/],
    ['https://app.example.com/cb\r\nX: y', /ASCII characters/],
    ['', /ASCII characters/],
    [`https://app.example.com/${'x'.repeat(2000)}`, /shorter than 2000/],
    ['http://app.example.com/cb', /loopback IP/],
    ['http://localhost/cb', /loopback IP/],
    ['http://127.1/cb', /loopback IP/],
    ['HTTP://127.0.0.1/cb', /loopback IP/],
    ['http://127.0.0.1@evil.example/cb', /loopback IP/],
    ['http://127.0.0.1:8080/cb', /without a port/],
    ['javascript:alert(1)', /reversed domain name/],
    ['JavaScript:alert(1)', /reversed domain name/],
    ['data:text/html,x', /reversed domain name/],
    ['DATA:text/html,x', /reversed domain name/],
    ['file:///etc/passwd', /reversed domain name/],
    ['vbscript:x', /reversed domain name/],
    ['about:blank', /reversed domain name/],
    ['blob:https://app.example.com/x', /reversed domain name/],
    ['intent://x#Intent;end', /no fragment/],
    ['myapp:/callback', /reversed domain name/],
    ['com.example.app:', /reversed domain name/],
    ['com.example.app:?x=1', /reversed domain name/],
    ['com.example.app:callback', /reversed domain name/],
    ['com..example:/callback', /reversed domain name/],
    ['.com.example:/callback', /reversed domain name/],
    ['Com.Example.App:/callback', /reversed domain name/],
    ['urn:ietf:wg:oauth:2.0:oob', /reversed domain name/],
    ['callback', /reversed domain name/],
    ['/callback', /reversed domain name/],
  ]
  for (const [uri, says] of rows)
    await t.test(JSON.stringify(uri.slice(0, 60)), async (t) => {
      t.match(redirectUriProblem(uri, 'native')?.sentence, says)
      await t.rejects(
        registerApplication(db, { ...APP, clientId: 'refused', redirectUris: [uri] }, ISSUER, OPERATOR),
        InvalidApplication,
      )
    })
  t.strictSame(await db.selectFrom('applications').select('id').where('client_id', '=', 'refused').execute(), [])
})

t.test('private-use schemes and loopback addresses are for native apps only', async (t) => {
  for (const kind of ['web', 'browser'] as const) {
    t.match(redirectUriProblem('com.example.app:/cb', kind)?.sentence, /for native apps/)
    t.match(redirectUriProblem('http://127.0.0.1/cb', kind)?.sentence, /for native apps/)
    t.equal(redirectUriProblem('https://app.example.com/cb', kind), undefined)
  }
})

t.test('what RFC 8252 §7 recommends may be registered', async (t) => {
  for (const uri of [
    ...NATIVE,
    'com.example.app://callback',
    'https://app.example.com',
    'https://app.example.com/',
    'com.example.app:/',
    'com.example.app:/a/b',
  ])
    t.equal(redirectUriProblem(uri, 'native'), undefined, uri)
})

t.test('checking a long redirect URI takes no longer than reading it', async (t) => {
  const began = process.hrtime.bigint()
  for (const uri of [`${'a.'.repeat(999)}:`, `http://127.0.0.1/${'?'.repeat(1900)}`, `com.${'a-'.repeat(950)}!:/x`])
    for (let round = 0; round < 50; round++) redirectUriProblem(uri, 'native')
  t.ok(Number(process.hrtime.bigint() - began) / 1e6 < 500)
})

t.test('the error still goes to the exact port that the app listens on', async (t) => {
  const to = 'http://127.0.0.1:51004/callback'
  expectRefusal(t, await ask(to), { to, error: 'login_required', state: 'a-state' })
})

t.test(
  '§8.6: only an https link that an app can claim proves which app is asking, however the host is spelled',
  (t) => {
    const kinds: Readonly<Record<RedirectKind, readonly string[]>> = {
      https: ['https://shop.example.com/cb', 'https://localhost.example.com/cb', 'https://shop.example.com./cb'],
      unclaimed: [
        // names of this device
        ...[
          'localhost',
          'LOCALHOST',
          'localhost.',
          'app.localhost',
          'app.localhost.',
          'localhost.localdomain',
          'ip6-localhost',
        ],
        'ｌｏｃａｌｈｏｓｔ',
        // its addresses
        ...[
          '127.0.0.1',
          '127.0.0.1.',
          '127.1.2.3',
          '127.1',
          '2130706433',
          '0x7f000001',
          '0177.0.0.1',
          '0.0.0.0',
          '0',
          '0.1.2.3',
        ],
        ...[
          '[::1]',
          '[::]',
          '[0:0:0:0:0:0:0:1]',
          '[::ffff:7f00:1]',
          '[::ffff:127.0.0.1]',
          '[::127.0.0.1]',
          '[::ffff:0:0]',
        ],
        ...['[64:ff9b::127.0.0.1]', '[2002:7f00:1::]'],
        // of whichever network the device is in
        ...[
          '192.168.1.10',
          '10.0.0.1',
          '172.16.0.1',
          '100.64.0.1',
          '169.254.1.1',
          '[fe80::1]',
          '[fd00::1]',
          '224.0.0.251',
        ],
        ...[
          'intranet',
          'printer.local',
          'router.home.arpa',
          'wiki.corp.internal',
          ...['fritz.lan', 'nas.home', 'wiki.corp', 'wiki.intranet', 'git.private', '1.0.0.127.in-addr.arpa'],
          'app.test',
          'app.example',
          'abc.onion',
        ],
        // of the internet: no address has an assetlinks.json that anybody would believe
        ...['93.184.216.34', '[2606:4700::1111]'],
      ].map((host) => `https://${host}/cb`),
      loopback: [
        'http://127.0.0.1/cb',
        'http://[::1]:5000/cb',
        'http://localhost/cb',
        'http://127.1/cb',
        'HTTP://127.0.0.1/cb',
      ],
      'private-use': ['com.example.shop:/cb', 'https', 'https://', 'https://a b/cb'],
    }
    for (const [kind, uris] of Object.entries(kinds)) for (const uri of uris) t.equal(redirectKind(uri), kind, uri)
    t.end()
  },
)

t.test('an https address may be registered where a browser could go, in its one spelling', (t) => {
  const may = [
    'localhost:8443',
    'app.localhost',
    '127.0.0.1',
    '127.1.2.3',
    '[::1]',
    '192.168.1.10',
    '[fd00::1]',
    '93.184.216.34',
  ]
  for (const host of may) t.equal(redirectUriProblem(`https://${host}/cb`, 'web'), undefined, host)
  const not: readonly [string, RegExp][] = [
    ...['localhost.', 'app.localhost.', 'app.example.com.'].map((host): [string, RegExp] => [host, /without the dot/]),
    ...[
      '0.0.0.0',
      '0.1.2.3',
      '169.254.169.254',
      '224.0.0.1',
      '[::]',
      '[::ffff:7f00:1]',
      '[::ffff:a00:1]',
      '[::7f00:1]',
    ].map((host): [string, RegExp] => [host, /use a host name/]),
    ...['[64:ff9b::7f00:1]', '[2002:7f00:1::]', '[fe80::1]'].map((host): [string, RegExp] => [host, /use a host name/]),
    ...['127.1', '0', '0x7f.1', '127.0.0.1.', '[::ffff:127.0.0.1]'].map((host): [string, RegExp] => [
      host,
      /normal form/,
    ]),
  ]
  for (const [host, says] of not)
    for (const kind of ['native', 'web', 'browser'] as const)
      t.match(redirectUriProblem(`https://${host}/cb`, kind)?.sentence, says, host)
  t.end()
})
