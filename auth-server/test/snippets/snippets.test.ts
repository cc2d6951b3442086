// Snippets are whole programs of their languages with the app's own values in them, whatever those are.
import t, { type Test } from 'tap'
import { isSnippetPlatform, SNIPPET_PLATFORMS, snippetFor } from '../../src/snippets/index.ts'
import type { SnippetSettings } from '../../src/snippets/settings.ts'
import type { SnippetPart } from '../../src/snippets/snippet.ts'
import { isParsedLanguage, openParsers, parseXml } from '../support/syntax.ts'

const parse = await openParsers()

const LOCAL: SnippetSettings = {
  clientId: 'my-app',
  issuer: 'http://localhost:4000',
  redirectUris: ['http://127.0.0.1/callback', 'com.example.mine:/callback'],
  scopes: ['profile:read', 'orders:read'],
  resource: 'http://localhost:8000/mobile',
}
const SECURE = { ...LOCAL, issuer: 'https://login.example.com', resource: 'https://api.example.com/mobile' }

function partsOf(platform: string, settings: SnippetSettings): readonly SnippetPart[] {
  const parts = isSnippetPlatform(platform) && snippetFor(platform, settings)?.parts
  if (!parts) throw new Error(`no snippet for ${platform}`)
  return parts
}

/** Every text of a snippet, parsed: string literals of programs, elements of XML, members of JSON. */
function read(t: Test, platform: string, settings: SnippetSettings): readonly string[] {
  return partsOf(platform, settings).flatMap(({ file, language, text }) => {
    if (language === 'json') return [JSON.stringify(JSON.parse(text))]
    if (language === 'xml')
      return parseXml(text.startsWith('<manifest') ? text : `<plist version="1.0"><dict>${text}</dict></plist>`)
    if (!isParsedLanguage(language)) return [text]
    const { problems, interpolations, strings } = parse(language, text)
    t.strictSame({ problems, interpolations }, { problems: [], interpolations: [] }, `${platform}: ${file}`)
    return strings
  })
}

const HOSTILE = [
  `"; evil("`,
  `'); evil('`,
  '`; evil(`',
  `$evil \${evil()} $(evil)`,
  '\\(evil())',
  '\\',
  '\\" + evil() + "',
  '</string></dict><key>evil</key>',
  ']]> & &amp; <!-- -->',
  'two\nlines\r\nthree\u2028four\u2029five\u0085six',
  '*/ evil() /*',
  'tab\tbell\u0007nul\u0000',
  '\u202eevil\u2066 \u{1f600} ä',
  '%s %1$s @string/evil ?attr {evil} #{evil}',
]

for (const platform of SNIPPET_PLATFORMS) {
  t.test(`${platform}: the app's own values are in it`, async (t) => {
    const found = read(t, platform, LOCAL).join('\n')
    for (const value of [
      'my-app',
      'com.example.mine:/callback',
      'http://localhost:4000',
      'http://localhost:8000/mobile',
      'profile:read',
      'orders:read',
    ])
      t.ok(found.split('\n').includes(value), value)
    t.match(
      found,
      /^string com\.example\.mine$|"scheme":"com\.example\.mine"|appAuthRedirectScheme.*com\.example\.mine|^com\.example\.mine$/m,
    )
  })

  t.test(`${platform}: no value breaks out of its string`, async (t) => {
    for (const value of HOSTILE) {
      const settings = { ...LOCAL, clientId: value, scopes: [value, 'after'], issuer: value, resource: value }
      const found = read(t, platform, { ...settings, redirectUris: [`com.example.mine:/${value}`] })
      const times = found.filter((text) => text === value).length
      t.ok(times >= 4, `${platform}: value ${HOSTILE.indexOf(value)} is there ${times} times`)
      t.ok(found.includes(`com.example.mine:/${value}`))
    }
  })

  t.test(`${platform}: plain http is allowed where it is used, and nowhere else`, async (t) => {
    const allowance =
      /NSAppTransportSecurity|usesCleartextTraffic|allowInsecureConnections|dangerouslyAllowInsecure|setSkipIssuerHttpsCheck|adb reverse/
    const everything = (settings: SnippetSettings) =>
      JSON.stringify(isSnippetPlatform(platform) && snippetFor(platform, settings))
    t.match(everything(LOCAL), allowance)
    t.match(everything(LOCAL), /adb reverse tcp:4000 tcp:4000 && adb reverse tcp:8000 tcp:8000/)
    t.notMatch(everything(SECURE), allowance)
  })
}

t.test('App Transport Security is opened for the hosts of plain http alone', async (t) => {
  const far = { ...LOCAL, issuer: 'http://login.example.com', resource: 'http://192.168.1.7:8000/mobile' }
  const [, plist] = partsOf('swift', far)
  t.match(plist, { file: 'Info.plist', within: 'dict' })
  t.strictSame(parseXml(`<dict>${plist?.text}</dict>`).slice(7), [
    'key NSAppTransportSecurity',
    'dict',
    'key NSAllowsLocalNetworking',
    'true',
    'key NSExceptionDomains',
    'dict',
    'key login.example.com',
    'dict',
    'key NSExceptionAllowsInsecureHTTPLoads',
    'true',
  ])
})

t.test('Android: only debug builds may speak plain http', async (t) => {
  for (const platform of ['kotlin', 'flutter', 'react-native']) {
    const files = partsOf(platform, LOCAL).filter(({ text }) => text.includes('usesCleartextTraffic'))
    t.match(files, [{ file: /app\/src\/debug\/AndroidManifest\.xml$/ }], platform)
  }
})

t.test('an app without a scheme of its own has no snippet', async (t) => {
  for (const redirectUris of [
    [],
    ['http://127.0.0.1/callback'],
    ['https://app.example.com/callback'],
    ['myapp:/callback'],
  ])
    t.equal(snippetFor('swift', { ...LOCAL, redirectUris }), undefined, String(redirectUris))
})

t.test('an app that a link of a website opens has one for Android, where AppAuth takes such links', async (t) => {
  const settings = { ...SECURE, redirectUris: ['https://app.example.com/apps/my"app/callback'] }
  const parts = partsOf('kotlin', settings)
  t.match(parts, [{ file: 'Login.kt' }, { text: /^dependencies/ }, { file: 'app/src/main/AndroidManifest.xml' }])
  t.ok(read(t, 'kotlin', settings).includes(settings.redirectUris[0] ?? ''))
  t.match(parts[2]?.text, 'android:host="app.example.com" android:path="/apps/my%22app/callback"')
  const both = { ...SECURE, redirectUris: [...settings.redirectUris, 'com.example.mine:/callback'] }
  t.match(partsOf('kotlin', both)[1]?.text, 'appAuthRedirectScheme', 'a scheme of its own comes first')
  for (const platform of ['swift', 'flutter', 'react-native', 'expo'] as const)
    t.equal(snippetFor(platform, settings), undefined, platform)
})
