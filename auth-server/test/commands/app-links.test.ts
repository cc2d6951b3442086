// npm run app-links: sets, lists and takes away the record of an app, fetches what phones fetch, and says what is wrong.
import { execFile } from 'node:child_process'
import { createServer, type RequestListener } from 'node:http'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { HTTPS_ISSUER, identify, PLAY_DIGEST, UPLOAD_DIGEST } from '../support/app-identity.ts'
import { testServer } from '../support/server.ts'
import { listen, testSite } from '../support/site.ts'
import { SURROUNDINGS } from '../support/surroundings.ts'

t.setTimeout(120_000)

const file = fileURLToPath(new URL('../../src/commands/app-links.ts', import.meta.url))
async function run(args: readonly string[], DATABASE_URL: string, ISSUER = HTTPS_ISSUER) {
  const options = { env: { ...SURROUNDINGS, DATABASE_URL, ISSUER } }
  return promisify(execFile)(process.execPath, [file, ...args], options).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: unknown) => ({ code: 1, stdout: '', stderr: '', ...Object(error) }),
  )
}

const ANDROID = ['--android-package', 'com.example.shop', '--android-digest', PLAY_DIGEST]
const APPLE = ['--apple-team', 'ABCDE12345', '--apple-bundle', 'com.example.shop']

t.test('a record is set, listed, replaced and taken away', async (t) => {
  const { config } = await testServer(t)
  const says = async (...args: string[]) => (await run(args, config.databaseUrl)).stdout
  t.equal(await says('list'), 'No app has a record yet.\n')
  t.match(
    await says('set', 'shop-app', ...ANDROID, '--android-digest', UPLOAD_DIGEST, ...APPLE),
    /^The record of shop-app is set\. Its redirect URI is https:\/\/login\.example\.com\/apps\/shop-app\/callback\.\n/,
  )
  t.equal(
    await says('list'),
    `shop-app: com.example.shop with ${PLAY_DIGEST} and ${UPLOAD_DIGEST}; ABCDE12345.com.example.shop\n`,
  )
  await says('set', 'shop-app', ...APPLE, '--links-only')
  t.equal(await says('list'), 'shop-app: ABCDE12345.com.example.shop; links only\n')
  await says('set', 'shop-app', ...APPLE, '--attestation', 'required')
  await says('set', 'shop-app', ...APPLE)
  t.equal(await says('list'), 'shop-app: ABCDE12345.com.example.shop; attestation required\n', 'as it was')
  t.equal(await says('remove', 'shop-app'), 'The record of shop-app is gone, and its redirect URI.\n')
  t.equal(await says('remove', 'shop-app'), 'shop-app has no record.\n')
})

t.test('what is wrong is a sentence', async (t) => {
  const { config } = await testServer(t)
  const rows: [string[], number, RegExp][] = [
    [[], 2, /^Say list, set CLIENT_ID …, check CLIENT_ID or remove CLIENT_ID\.\n\nUsage: npm run app-links/],
    [['set'], 2, /^Say list, /],
    [['list', 'shop-app'], 2, /^Say list, /],
    [['set', 'shop-app', 'more'], 2, /^Say list, /],
    [['check', 'shop-app', '--links-only'], 2, /^check takes no options\./],
    [['list', ...ANDROID], 2, /^list takes no options\./],
    [['set', 'shop-app'], 2, /^Name the app on Android, on Apple devices, or on both\./],
    [['set', 'shop-app', ...ANDROID.slice(0, 2)], 2, /^An Android package needs the SHA-256 digest/],
    [['set', 'shop-app', ...APPLE, '--attestation', 'on'], 2, /^--attestation is off, optional, required, not on\./],
    [['set', 'nobody', ...APPLE], 2, /^There is no application nobody\./],
    [['check', 'shop-app'], 1, /^shop-app has no record\. Set one with: npm run app-links -- set shop-app …\n$/],
  ]
  for (const [args, code, stderr] of rows)
    t.match(await run(args, config.databaseUrl), { code, stdout: '', stderr }, args.join(' '))
  t.match(await run(['list'], config.databaseUrl, 'http://login.example.com'), {
    code: 2,
    stderr: /^ISSUER has to be https;/,
  })
})

t.test('a server on this machine is looked at, and phones cannot reach it', async (t) => {
  const site = await testSite(t)
  await identify(site)
  const { code, stdout } = await run(['check', 'shop-app'], site.config.databaseUrl, site.origin)
  t.equal(code, 1)
  t.match(stdout, new RegExp(`^shop-app: as it should be\n${site.origin}:\n  Phones cannot reach this machine`))
  t.match(stdout, /assetlinks\.json: as it should be\n.*apple-app-site-association: as it should be\n/)
  t.match(stdout, /Apple's copy: https:\/\/app-site-association\.cdn-apple\.com\/a\/v1\/localhost\./)
  t.notMatch(stdout, /One certificate/)
})

/** What `check` says of a server that answers so. */
async function checked(t: Test, answer: RequestListener): Promise<string> {
  const server = await testServer(t)
  await identify(server, { androidDigests: [PLAY_DIGEST] })
  const issuer = `http://localhost:${await listen(t, createServer(answer))}`
  const { code, stdout } = await run(['check', 'shop-app'], server.config.databaseUrl, issuer)
  t.equal(code, 1)
  return stdout
}

function json(body: unknown): RequestListener {
  return (_request, response) => response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
}

const STATEMENT = {
  target: { namespace: 'android_app', package_name: 'com.example.shop', sha256_cert_fingerprints: [UPLOAD_DIGEST] },
}
const WRONG: Readonly<Record<string, readonly [RequestListener, RegExp]>> = {
  redirect: [
    (_request, response) => response.writeHead(302, { location: 'https://www.example.com/' }).end(),
    /It is answered by a redirect \(302 to https:\/\/www\.example\.com\/\); phones follow none\./,
  ],
  status: [(_request, response) => response.writeHead(401).end(), /status 401\. Let everybody read it/],
  type: [
    (_request, response) => response.setHeader('content-type', 'text/html').end('[]'),
    /Its content type is text\/html/,
  ],
  'no type': [(_request, response) => response.end('[]'), /Its content type is missing/],
  'no JSON': [
    (_request, response) => response.setHeader('content-type', 'application/json; charset=utf-8').end('<html>'),
    /It is not JSON\. Something on the way answers in our place/,
  ],
  size: [json('x'.repeat(200_000)), /longer than 128 KiB/],
  'another app': [json([]), /does not name com\.example\.shop\. What phones get is older than the record/],
  'the upload key alone': [
    json([STATEMENT]),
    new RegExp(`It lacks the certificate ${PLAY_DIGEST} of com\\.example\\.shop\\.`),
  ],
  'no links for Apple': [json({ applinks: {} }), /It gives ABCDE12345\.com\.example\.shop no links/],
  'no passkeys for Apple': [
    json({
      applinks: {
        details: [{ appIDs: ['ABCDE12345.com.example.shop'], components: [{ '/': '/apps/shop-app/callback' }] }],
      },
    }),
    /It gives ABCDE12345\.com\.example\.shop no passkeys/,
  ],
  'not JSON that means anything': [json([null, 1, 'x', { target: null }]), /does not name com\.example\.shop/],
  'cut off': [(_request, response) => void response.destroy(), /It cannot be fetched: /],
}

for (const [what, [answer, says]] of Object.entries(WRONG))
  t.test(`${what}: said in a sentence`, async (t) => {
    const stdout = await checked(t, answer)
    t.match(stdout, says)
    t.match(stdout, /One certificate is on record\. If Google Play signs the app/)
  })
