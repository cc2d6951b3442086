// Help in the portal: code for each platform with the values of an application of the person, and of nobody else.

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import t from 'tap'
import { defineBuiltInApi } from '../../src/catalogue/apis.ts'
import { managementApi } from '../../src/management/built-in-api.ts'
import { PKCE_EXAMPLE } from '../../src/portal/help/view.ts'
import { curlSnippet } from '../../src/snippets/curl.ts'
import { snippetFor } from '../../src/snippets/index.ts'
import { MANAGEMENT_API } from '../../src/store/tables/apis.ts'
import { atPortalAs, portalServer } from '../support/portal.ts'
import { API, APP, ISSUER } from '../support/server.ts'

const PLATFORMS = {
  ios: 'swift',
  android: 'kotlin',
  flutter: 'flutter',
  'react-native': 'react-native',
  expo: 'expo',
} as const

t.test(
  'each platform has the code of the command, with the own values filled in; without an application, examples',
  async (t) => {
    const server = await portalServer(t)
    const { browser, personId } = await atPortalAs(server, 'developer')
    await server.db
      .insertInto('application_members')
      .values({ application_id: server.applicationId, person_id: personId, role: 'owner' })
      .execute()
    const settings = {
      clientId: APP.clientId,
      issuer: ISSUER,
      redirectUris: APP.redirectUris,
      scopes: Object.keys(API.scopes),
      resource: API.resource,
    }
    t.match((await browser.open('/portal')).body, 'href="/portal/help"')
    t.match((await browser.open('/portal/help/applications')).body, 'href="/portal/help?app=shop-app"')
    for (const [platform, name] of Object.entries(PLATFORMS)) {
      const { statusCode, body } = await browser.open(`/portal/help?app=shop-app&platform=${platform}`)
      t.equal(statusCode, 200)
      t.match(body, `platform=${platform}" aria-current="page"`)
      for (const { text } of snippetFor(name, settings)?.parts ?? [])
        t.match(body, `<code>${escaped(text)}</code>`, platform)
    }
    const curl = await browser.open('/portal/help?app=shop-app&platform=curl')
    t.match(curl.body, 'client_id=shop-app')
    t.match(curl.body, 'href="/portal/try?app=shop-app"')
    for (const part of ['pkce', 'browser', 'refresh', 'dpop', 'signOut', 'appLinks', 'devices'])
      t.match(curl.body, `<h2 id="${part}">`)
    t.match(curl.body, /PKCE: why[\s\S]*Device identities[\s\S]*For backends[\s\S]*X-Authenticated-UserId/)
    const german = await browser.request('GET', '/portal/help', { headers: { 'accept-language': 'de' } })
    t.match(german.body, /PKCE: warum[\s\S]*Geräte-Identitäten[\s\S]*Für Backends[\s\S]*X-Authenticated-UserId/)
    // An API of the server itself comes first in the list of its subscriptions, and is shown to no developer.
    const builtIn = managementApi(ISSUER)
    await defineBuiltInApi(server.db, builtIn)
    const own = {
      application_id: server.applicationId,
      api_id: MANAGEMENT_API,
      plan: builtIn.plans[0] ?? '',
      scopes: [],
    }
    await server.db
      .insertInto('subscriptions')
      .values({ ...own, id: `sub_${'0'.repeat(22)}`, status: 'approved' })
      .execute()
    t.match((await browser.open('/portal/help?app=shop-app&platform=curl')).body, API.resource)
    for (const path of ['/portal/try?app=shop-app', `/portal/subscriptions/sub_${'0'.repeat(22)}`])
      t.equal((await browser.open(path)).statusCode, 200, path)
    const example = await browser.open('/portal/help?platform=nonsense')
    t.match(example.body, 'made-up values')
    t.notMatch(example.body, 'shop-app')
    t.match(example.body, 'platform=ios" aria-current="page"')
  },
)

t.test("somebody else's application is 404", async (t) => {
  const server = await portalServer(t)
  const { browser } = await atPortalAs(server, 'developer')
  for (const app of ['shop-app', 'no-such-app']) {
    const { statusCode, body } = await browser.request('GET', `/portal/help?app=${app}`)
    t.equal(statusCode, 404)
    t.notMatch(body, API.resource)
  }
  t.notMatch((await browser.open('/portal/help/applications')).body, 'shop-app')
})

t.test('RFC 7636 appendix B: the challenge of the example is the SHA-256 of its verifier', async (t) => {
  t.equal(createHash('sha256').update(PKCE_EXAMPLE.verifier).digest('base64url'), PKCE_EXAMPLE.challenge)
})

t.test(
  'by hand a redirect URI is taken whose answer an address bar shows; of another it is said where it stands',
  async (t) => {
    const scheme = 'com.example.mine:/callback'
    const loopback = 'http://127.0.0.1/callback'
    const settings = { clientId: 'a', issuer: ISSUER, scopes: [], resource: API.resource }
    const snippetOf = (...redirectUris: string[]) =>
      curlSnippet({ ...settings, redirectUris }, { authorization: ISSUER, token: ISSUER })
    const both = snippetOf(scheme, loopback)
    t.match(both.parts[0]?.text, `redirect_uri='${loopback}'`)
    t.notMatch(JSON.stringify(both.notes), 'notInAddressBar')
    const alone = snippetOf(scheme)
    t.match(alone.parts[0]?.text, `redirect_uri='${scheme}'`)
    t.match(alone.notes[0], { name: 'notInAddressBar', fact: scheme })
  },
)

t.test('a value is one word of the shell, whatever is in it', async (t) => {
  const evil = `x'$(touch /tmp/evil)\`"\n;#é`
  const settings = {
    clientId: evil,
    issuer: ISSUER,
    redirectUris: [`com.example:/${evil}`],
    scopes: [evil],
    resource: API.resource,
  }
  for (const { text } of curlSnippet(settings, { authorization: ISSUER, token: ISSUER }).parts) {
    const echo = text.replaceAll('curl ', 'printf "%s\\n" ').replace(/read -r -p .*/g, '')
    const { status, stdout } = spawnSync('bash', ['-eu', '-c', `openssl() { :; }; CODE=c; TOKEN=t; ${echo}`], {
      encoding: 'utf8',
    })
    t.equal(status, 0)
    const sent = `client_id=${evil.replace('\n', '%0A').replace('é', '%C3%A9')}`
    t.ok(stdout.split('\n').includes(sent), stdout)
  }
})

function escaped(text: string): string {
  return text.replace(
    /[&<>"']/g,
    (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[character] ?? '',
  )
}
