// The section `providers` of the catalogue file: what is wrong is told all at once, where it stands, and with what to write.
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { ConfigError } from '../../../src/config.ts'
import { randomSecret } from '../../../src/crypto/random.ts'
import { COMMON_FIELDS, readProviders } from '../../../src/identity/federation/configure.ts'
import { KINDS } from '../../../src/identity/federation/index.ts'

const environment = { CORP_SECRET: 'secret' }
const issuer = 'https://login.example.com'

async function read(t: Test, text: string) {
  const catalogueFile = join(tmpdir(), `catalogue-${randomSecret(8)}.yml`)
  await writeFile(catalogueFile, text)
  t.teardown(() => rm(catalogueFile))
  return readProviders({ catalogueFile, issuer }, environment)
}

async function problemsOf(t: Test, text: string): Promise<readonly string[]> {
  try {
    await read(t, text)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.message.split('\n').map((line) => line.replace(/^.*?, (?=line )/, ''))
  }
}

t.test('without a file there are no providers', async (t) => {
  t.strictSame((await readProviders({ catalogueFile: undefined, issuer }, {})).all, [])
})

t.test('each kind by what it needs', async (t) => {
  const { all } = await read(
    t,
    `
providers:
  google: { kind: google, client_id: g, client_secret_variable: CORP_SECRET }
  github: { kind: github, client_id: h, client_secret_variable: CORP_SECRET, label: Hub }
  corp:
    kind: oidc
    issuer: https://corp.example
    client_id: c
    email_domains: [corp.example]
`,
  )
  t.strictSame(
    all.map(({ name, label, issuer }) => [name, label, issuer]),
    [
      ['google', 'Google', 'https://accounts.google.com'],
      ['github', 'Hub', 'https://github.com'],
      ['corp', 'corp', 'https://corp.example'],
    ],
  )
})

t.test('every mistake at once, each with its place', async (t) => {
  t.strictSame(
    await problemsOf(
      t,
      `providers:
  Corp:
    kind: oidc
    issuer: http://corp.example
    client_idd: c
    client_secret_variable: a secret
    email_domains: corp.example
  other:
    kind: wsfed
  none:
api: {}
`,
    ),
    [
      'line 11, column 1: api is unknown here; the file has the sections apis, applications, groups, administrators, developers, development, providers, hooks',
      'line 2, column 3: Corp is no name: use small letters, digits and -, 32 at most, a letter first',
      'line 5, column 5: Corp.client_idd is unknown; a provider of kind oidc has kind, label, use, email_domains, claims, groups, groups_claim, issuer, client_id, client_secret_variable, scopes, logout',
      'line 7, column 20: Corp.email_domains has to be a list of domains in small letters, like [example.com], or ["*"] for every address',
      'line 4, column 13: Corp.issuer has to be an address like https://login.example.com, without ? and #',
      'line 3, column 5: Corp.client_id is missing: what the provider calls this server',
      'line 6, column 29: Corp.client_secret_variable has to be the name of an environment variable, like CORP_CLIENT_SECRET, never the secret',
      'line 9, column 11: other.kind has to be one of oidc, oauth2, google, github, entra, apple, saml, ldap, http',
      'line 10, column 8: none has no settings; write at least kind: oidc | oauth2 | google | github | entra | apple | saml | ldap | http',
    ],
  )
})

for (const [what, text, problem] of [
  [
    'a secret that is not there',
    'providers: {a: {kind: google, client_id: g, client_secret_variable: NOT_THERE}}',
    /NOT_THERE, which is not in the environment/,
  ],
  [
    'two of one issuer',
    'providers: {a: {kind: oidc, issuer: https://a.example, client_id: x}, b: {kind: oidc, issuer: https://a.example, client_id: y}}',
    /b and a have the same issuer/,
  ],
  [
    'a name twice',
    'providers:\n  a: {kind: oidc}\n  a: {kind: oidc}',
    /line 3, column 3: has a here once more; write it once/,
  ],
  ['a list of providers', 'providers: [google]', /has to list providers by name/],
  ['no map at all', '- providers', /has to have sections: apis, applications/],
  ['an alias', 'providers: &x {a: *x}', /has an alias/],
  ['broken YAML', 'providers: {', /line 1, column 13: is not YAML here/],
  ['a name of an object', 'providers: {__proto__: {kind: oidc}}', /__proto__ is no name/],
  ['a kind of an object', 'providers: {a: {kind: constructor}}', /a\.kind has to be one of/],
] as const)
  t.test(`refused: ${what}`, async (t) => {
    t.match((await problemsOf(t, text)).join('\n'), problem)
  })

for (const [kind, { fields }] of Object.entries(KINDS))
  t.test(`${kind}: every setting that is missing, or is of no use, is told by its name`, async (t) => {
    const settings = Object.entries({ ...COMMON_FIELDS, ...fields }).filter(([name]) => name !== 'kind')
    const told = async (more: object) =>
      (await problemsOf(t, JSON.stringify({ providers: { it: { kind, ...more } } }))).join('\n')
    const nothing = await told({})
    for (const [name, field] of settings)
      t.equal(nothing.includes(`it.${name} is missing`), !('byDefault' in field), name)
    for (const wrong of [{ a: { b: 1 } }, -1, [[]]])
      for (const [name] of settings)
        t.match(await told({ [name]: wrong }), `it.${name}`, `${name}: ${JSON.stringify(wrong)}`)
  })

t.test('a file that is not there is named', async (t) => {
  await t.rejects(readProviders({ catalogueFile: '/nowhere/catalogue.yml', issuer }, {}), {
    name: 'ConfigError',
    message: 'CATALOGUE_FILE /nowhere/catalogue.yml cannot be read (ENOENT)',
  })
})
