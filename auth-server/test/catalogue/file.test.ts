// Reading the catalogue file: everything that is wrong with it is told at once, where it stands, with what to write.
import t from 'tap'
import { formatYamlProblem, readCatalogueFile } from '../../src/catalogue/file/read.ts'

async function problemsOf(text: string, environment = {}): Promise<readonly string[]> {
  const read = await readCatalogueFile(text, environment)
  return 'apis' in read ? [] : read.map((problem) => formatYamlProblem('catalogue.yml', problem))
}

const API = `
apis:
  orders:
    name: Orders
    resource: https://api.example.com/orders
    scopes: { orders:read: See your orders }
    plans: [basic]
`

t.test('every mistake at once, each with its place and what to write', async (t) => {
  t.strictSame(
    await problemsOf(`apis:
  orders:
    name: Orders
    resource: https://api.example.com/orders
    scopes: See your orders
    plans: basic
    plan: gold
applications:
  shop-app:
    name: Shop
    kind: nativ
    redirect_uri: [com.example.shop:/callback]
    refresh_idle_seconds: soon
    subscriptions:
      orders: { plan: basic, scopes: [orders:read], trusted: 1 }
administrators: [ada, ada@example.com]
aplications: {}
`),
    [
      'catalogue.yml:5:13: orders.scopes has to list entries by name, like orders:read: See your orders',
      'catalogue.yml:6:12: orders.plans has to be a list, like [basic]',
      'catalogue.yml:7:5: orders.plan is unknown; did you mean plans?',
      'catalogue.yml:11:11: shop-app.kind has to be one of native, web, browser; did you mean native?',
      'catalogue.yml:12:5: shop-app.redirect_uri is unknown; did you mean redirect_uris?',
      'catalogue.yml:13:27: shop-app.refresh_idle_seconds has to be a whole number',
      'catalogue.yml:15:62: orders.trusted has to be true or false',
      'catalogue.yml:16:18: administrators: ada is no e-mail address',
      'catalogue.yml:17:1: aplications is unknown; did you mean applications?',
    ],
  )
})

const APP = 'applications: { shop-app: { name: Shop, kind: native, redirect_uris: [com.example.shop:/cb]'
for (const [what, text, problem] of [
  [
    'a plan that the API does not have',
    `${API}${APP}, subscriptions: { orders: { plan: basik, scopes: [] } } } }`,
    /on basik, which is none of its plans; did you mean basic\?/,
  ],
  [
    'a scope that it does not have',
    `${API}${APP}, subscriptions: { orders: { plan: basic, scopes: [orders:red] } } } }`,
    /orders:red, which is no scope of orders; did you mean orders:read\?/,
  ],
  [
    'a group that is not in groups',
    `${API}    token_groups: [staf]\ngroups: { staff: Us }`,
    /names the group staf, which is not in groups; did you mean staff\?/,
  ],
  [
    'words for a plan that it does not have',
    `${API}    plan_descriptions: { silver: For some calls }`,
    /silver is described and is none of the plans of orders: basic/,
  ],
  ['a group that cannot be called so', 'groups:\n  Staff: Us', /:2:3: Staff: The name of a group begins with a small/],
  ['a group in words that turn the writing around', 'groups: { a: "\u202ex" }', /200 visible characters at most/],
  ['what would speak to a terminal', '"\\e[2J": 1', /1:1: \ufffd\[2J is unknown/],
  ["an API that is the server's", API.replace('orders:', 'revocations:'), /the server's own/],
  ['a resource with a fragment', API.replace('.com/orders', '.com/orders#x'), /absolute URI/],
  ['a redirect URI with a wildcard', `${APP.replace('/cb', '/*')} } }`, /Wildcards are not supported/],
  ["a client ID that could pass for a person's", `${APP.replace('shop-app', 'usr_1')} } }`, /A client ID has/],
  [
    'a secret in the file',
    `${APP.replace('native', 'web')}, client_secret_variable: s3cret } }`,
    /the name of an environment variable.*never the secret/,
  ],
  [
    'a secret that is not in the environment',
    'applications: { a: { name: A, kind: web, auth_method: client_secret_basic, client_secret_variable: A_SECRET } }',
    /names A_SECRET, which is not in the environment/,
  ],
  [
    'a secret of an app on a device',
    `${APP}, auth_method: client_secret_basic, client_secret_sha256: ${'x'.repeat(43)} } }`,
    /keeps no secret/,
  ],
  [
    'a grant type that there is not',
    `${APP}, grant_types: [authorisation_code] } }`,
    /did you mean authorization_code\?/,
  ],
  [
    'a way to sign in that is no provider',
    `${API}    sign_in: { providers: [own, crop] }\nproviders: { corp: {} }`,
    /orders.sign_in names crop, which is not in providers; did you mean corp\?/,
  ],
  ['no way to sign in', `${API}    sign_in: { providers: [] }`, /names one way to sign in at least/],
  ['a way to sign in twice', `${API}    sign_in: { providers: [own, own] }`, /names each way to sign in once/],
  [
    'a default that is not offered',
    `${API}    sign_in: { providers: [own], default: corp }`,
    /sign_in.default is corp, which is none of sign_in.providers/,
  ],
  [
    'an application that leaves nothing of what its API offers',
    `${API}    sign_in: { providers: [own] }\n${APP}, sign_in: { providers: [corp] }, subscriptions: { orders: { plan: basic, scopes: [] } } } }`,
    /shop-app.sign_in has nothing that orders offers, so nobody could sign in: own/,
  ],
  ['an identity that cannot be', `${APP}, identity: { apple: { team: x, bundle: y } } } }`, /Apple team ID/],
  ['a name that stands twice', 'groups: { a: x, a: y }', /1:17: has a here once more/],
  ['an alias (a bomb is made of them)', 'groups: { a: &x y, b: *x }', /has an alias/],
  ['a tree that goes very deep', `groups: ${'['.repeat(50_000)}`, /goes deeper than 20 levels/],
  ['lists within lists within lists', `${'- '.repeat(50_000)}x`, /goes deeper than 20 levels/],
  ['keys within keys', `${'? '.repeat(50_000)}x`, /goes deeper than 20 levels/],
  ['a file of a million entries', `groups: {${'a: b, '.repeat(100_000)}}`, /longer than 256 KiB/],
  ['no map', '- apis', /has to have settings/],
  ['a key that is a list', '[a]: b', /unknown/],
  ["a name of an object's own", '__proto__: {}\nconstructor: {}', /__proto__ is unknown[\s\S]*constructor is unknown/],
] as const)
  t.test(`${what} is a mistake that is told`, async (t) => {
    t.match((await problemsOf(text)).join('\n'), problem)
  })

t.test('as many names as fit into a file are read in a moment', { timeout: 5_000 }, async (t) => {
  const groups = Array.from({ length: 12_000 }, (_, index) => `  group-${index}: x`)
  const read = await readCatalogueFile(`groups:\n${groups.join('\n')}\n`, {})
  t.ok('apis' in read && read.groups.length === groups.length)
})

t.test('an empty file defines nothing', async (t) => {
  t.match(await readCatalogueFile('# nothing yet\n', {}), { apis: [], applications: [], groups: [], promises: [] })
})
